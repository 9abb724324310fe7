"""Rules, macros and runbooks by the API: nobody overwrites what he has not seen."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from itsm.automation.actions.keeping import save_macro
from itsm.automation.models import Rule
from itsm.people.models import User
from tests.automation.conftest import WriteRule
from tests.runbooks.conftest import RESTART, Remembering, Write, remembering, write

pytestmark = pytest.mark.django_db
__all__ = ["remembering", "write"]  # pytest finds them here


def patch(client: Client, address: str, given: Any, tag: str = "") -> Any:
    headers = {"If-Match": tag} if tag else {}
    return client.patch(address, given, content_type="application/json", headers=headers)


def test_who_has_seen_an_older_version_changes_nothing(
    client: Client, mona: User, write_rule: WriteRule, write: Write, remembering: Remembering
) -> None:
    write_rule(slug="night")
    save_macro(
        actor=mona, given={"slug": "take", "name": "Take", "steps": [{"verb": "incident.start"}]}
    )
    write(RESTART)
    client.force_login(mona)

    for place in ("rules/night", "macros/take", "runbooks/restart"):
        address = f"/api/v1/{place}/"
        seen = client.get(address).headers["ETag"]
        assert patch(client, address, {"name": "One"}, seen).status_code == 200
        late = patch(client, address, {"name": "Two"}, seen)
        assert late.status_code == 412, address
        assert late.json()["status"] == 412
        now = client.get(address)
        assert now.json()["name"] == "One"
        assert now.headers["ETag"] != seen
        assert patch(client, address, {"name": "Three"}, now.headers["ETag"]).status_code == 200
        assert patch(client, address, {"name": "Four"}).status_code == 200

    late = client.delete("/api/v1/rules/night/", headers={"If-Match": '"night.1"'})
    assert late.status_code == 412
    assert Rule.objects.filter(slug="night").exists()
    assert client.delete("/api/v1/macros/take/", headers={"If-Match": "*"}).status_code == 204


def test_who_edits_an_older_version_on_the_page_is_told(
    client: Client, mona: User, write: Write, remembering: Remembering
) -> None:
    version = write(RESTART)
    client.force_login(mona)
    given = {"name": "Mine", "policy": "suggest", "cooldown": "10", "text": RESTART}

    address = f"/runbooks/{version.runbook.slug}/edit/"
    assert b'name="revision" value="1"' in client.get(address).content
    assert client.post(address, given | {"revision": "1"}).status_code == 302
    late = client.post(address, given | {"name": "Theirs", "revision": "1"})

    assert late.status_code == 422
    assert "has changed since you opened it" in late.content.decode()


def test_what_is_wrong_with_a_condition_is_said_in_the_language_of_who_wrote_it(
    client: Client, mona: User, write_rule: WriteRule
) -> None:
    write_rule(slug="night")
    client.force_login(mona)
    wrong = {"conditions": [{"fact": "record.priority", "op": "at_least", "value": "much"}]}

    def said(language: str) -> list[str]:
        address, headers = "/api/v1/rules/night/", {"Accept-Language": language}
        answer = client.patch(address, wrong, content_type="application/json", headers=headers)
        assert answer.status_code == 400
        told: list[str] = answer.json()["errors"]["conditions[0].value"]
        return told

    with translation.override("en"):  # what comes later speaks as before
        assert said("en") == ["Give a number."]
        assert said("de") == ["Geben Sie eine Zahl an."]
