"""The pages administrators have besides lists and forms."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from itsm.administration.rights import WORDS
from itsm.core.models import Event
from itsm.inventory.actions import change_service
from itsm.inventory.models import Service
from itsm.monitoring.actions import create_source, set_up
from itsm.people.actions import join_team
from itsm.people.models import FactorRule, IdentityProvider, LdapDirectory, User
from itsm.people.roles import CAPABILITIES
from tests.factories import EndpointFactory, ServiceFactory, TeamFactory

pytestmark = pytest.mark.django_db


def change(dana: User, **values: Any) -> Service:
    service = ServiceFactory()
    change_service(service=service, actor=dana, values=values)
    return service


def test_the_audit_shows_who_changed_what_from_what_to_what(admin: Client, dana: User) -> None:
    service = change(dana, tier=1, owner_team=TeamFactory(name="Network"))

    page = admin.get("/admin/audit/").content.decode()

    assert "<strong>Dana</strong> changed service" in page
    assert f"/admin/inventory/service/{service.pk}/change/" in page
    assert "<del>2 Important</del>" in page
    assert "<ins>1 Critical</ins>" in page
    assert "<ins>Network</ins>" in page


@pytest.mark.parametrize("value", [{"title": "text"}, {}, {"status_values": {"BAD": "firing"}}])
def test_the_audit_shows_settings_that_are_tables(
    admin: Client, dana: User, value: dict[str, Any]
) -> None:
    source, _token = create_source(kind="generic", name="Shelf", actor=dana)
    set_up(source=source, actor=dana, settings={"mapping": {"title": "old"}})
    set_up(source=source, actor=dana, settings={"mapping": value})

    assert admin.get("/admin/audit/").status_code == 200
    assert b"old" in admin.get("/admin/audit.csv").getvalue()


def test_what_people_wrote_is_no_markup_there(admin: Client, dana: User) -> None:
    change(dana, title="<script>alert(1)</script>")

    assert "<script>alert" not in admin.get("/admin/audit/").content.decode()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"what": "service"}, 1),
        ({"what": "team"}, 0),
        ({"words": "shop"}, 1),
        ({"words": "nothing"}, 0),
        ({"since": "2001-01-01"}, 1),
        ({"until": "2001-01-01"}, 0),
        ({"before": "1"}, 0),
    ],
)
def test_the_audit_takes_filters(
    admin: Client, dana: User, asked: dict[str, str], found: int
) -> None:
    change(dana, title="Shop")

    assert len(admin.get("/admin/audit/", asked).context["entries"]) == found


def test_the_audit_knows_who(admin: Client, dana: User, mona: User) -> None:
    change(dana, title="Shop")

    assert admin.get("/admin/audit/", {"who": dana.pk}).context["entries"]
    assert not admin.get("/admin/audit/", {"who": mona.pk}).context["entries"]


@pytest.mark.parametrize(
    "asked", [{"who": "x"}, {"what": "x"}, {"since": "x"}, {"before": "9" * 40}, {"words": "\0"}]
)
def test_rubbish_in_the_filters_does_no_harm(admin: Client, asked: dict[str, str]) -> None:
    assert admin.get("/admin/audit/", asked).status_code == 200
    assert admin.get("/admin/audit.csv", asked).status_code == 200


def test_the_audit_pages_on(admin: Client, dana: User) -> None:
    for number in range(60):
        change(dana, title=f"Shop {number}")

    first = admin.get("/admin/audit/", {"what": "service"})
    older = admin.get(f"/admin/audit/?{first.context['older']}")

    assert (len(first.context["entries"]), len(older.context["entries"])) == (50, 10)


def test_the_audit_goes_by_time_from_page_to_page(admin: Client, dana: User) -> None:
    """What was taken in later may have happened earlier."""
    change(dana, title="Shop")
    event = Event.objects.latest("id")
    days = {number: event.happened_at - timedelta(days=number % 30 + 1) for number in range(60)}
    Event.objects.bulk_create(
        Event(
            name=event.name,
            subject_type=event.subject_type,
            subject_id=event.subject_id,
            data=event.data,
            happened_at=day,
        )
        for day in days.values()
    )

    first = admin.get("/admin/audit/", {"what": "service"})
    older = admin.get(f"/admin/audit/?{first.context['older']}")

    shown = [each.event for page in (first, older) for each in page.context["entries"]]
    moments = [each.happened_at for each in shown]
    assert moments == sorted(moments, reverse=True)
    assert len({each.pk for each in shown}) == 61


def test_the_audit_names_members_as_people_do(admin: Client, dana: User, alice: User) -> None:
    team = TeamFactory(name="Network")
    join_team(user=alice, team=team, actor=dana)

    page = admin.get("/admin/audit/").content.decode()

    assert "<strong>Dana</strong> put Alice into" in page
    assert "<ins>Alice</ins>" in page
    assert b",alice" in admin.get("/admin/audit.csv").getvalue()


def test_the_audit_costs_the_same_however_much_was_changed(admin: Client, dana: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin.get("/admin/audit/")
        return len(captured)

    change(dana, title="Shop")
    few = cost()
    for number in range(20):
        change(dana, title=f"Shop {number}")

    assert cost() == few <= 6


def test_the_exported_audit_cannot_run_a_formula(admin: Client, dana: User) -> None:
    change(dana, title='=HYPERLINK("http://evil.example")')

    body = admin.get("/admin/audit.csv").getvalue().decode()

    (row,) = [each for each in csv.DictReader(io.StringIO(body)) if each["field"] == "Title"]
    assert row["new"].startswith("'=HYPERLINK")
    assert (row["who"], row["event"]) == ("Dana", "service.changed")


def test_auditors_read_the_audit_and_change_nothing(audrey: User) -> None:
    client = Client()
    client.force_login(audrey)

    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/audit/").status_code == 200
    assert client.post("/admin/test-mail/").status_code == 403
    assert client.get("/admin/import/services/").status_code == 403


def test_auditors_see_settings_without_their_secrets(audrey: User, dana: User) -> None:
    secret = "planted-secret-4711"
    house = {"client_id": "steady", "client_secret": secret, "issuer": "https://login.example.test"}
    folk = {"address": "ldaps://folk.example.test", "base": "ou=people", "bind_password": secret}
    source, _token = create_source(kind="alertmanager", name="Prometheus", actor=dana)
    set_up(source=source, actor=dana, settings={"hmac_secret": secret})
    records: list[Model] = [
        source,
        EndpointFactory(address=f"https://hooks.example.test/{secret}"),
        IdentityProvider.objects.create(name="Example", slug="example", **house),
        LdapDirectory.objects.create(name="Folk", **folk),
    ]
    client = Client()
    client.force_login(audrey)

    for each in records:
        page = client.get(
            f"/admin/{each._meta.app_label}/{each._meta.model_name}/{each.pk}/change/"
        )
        assert page.status_code == 200
        assert secret not in page.content.decode()


def test_auditors_cannot_give_tokens_or_try_again(audrey: User, dana: User) -> None:
    source, _token = create_source(kind="alertmanager", name="Prometheus", actor=dana)
    client = Client()
    client.force_login(audrey)

    client.post(
        "/admin/monitoring/monitoringsource/",
        {"action": "rotate_token", "_selected_action": [source.pk]},
    )

    assert not Event.objects.filter(name="source.token_rotated").exists()


def test_a_test_mail_reaches_the_administrator(admin: Client, dana: User) -> None:
    admin.post("/admin/test-mail/")

    assert [each.to for each in mail.outbox] == [[dana.email]]
    assert Event.objects.get(name="mail.tested").actor == dana


def test_a_mail_server_that_is_away_is_told_in_words(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise ConnectionRefusedError("Connection refused")

    monkeypatch.setattr("itsm.administration.actions.send_mail", refuse)

    page = admin.post("/admin/test-mail/", follow=True).content.decode()

    assert "The mail server refused: Connection refused" in page


def test_the_overview_says_what_is_missing_and_what_is_done(admin: Client, dana: User) -> None:
    ServiceFactory(owner_team=None)

    page = admin.get("/admin/").content.decode()

    assert "1 has no owner" in page
    assert "No tool posts to us yet" in page
    assert "Sealed up to now" in page


def test_the_overview_costs_the_same_with_more_of_everything(admin: Client, dana: User) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            admin.get("/admin/")
        return len(captured)

    create_source(kind="alertmanager", name="One", actor=dana)
    change(dana, title="Shop")
    cost()
    few = cost()
    for number in range(8):
        source, _token = create_source(kind="alertmanager", name=f"More {number}", actor=dana)
        set_up(source=source, actor=dana, settings={"is_active": False})
        change(dana, title=f"Shop {number}")
        TeamFactory()

    assert cost() == few


def test_each_capability_has_words_for_people() -> None:
    assert set().union(*CAPABILITIES.values()) <= WORDS.keys()


def test_the_matrix_of_roles_says_what_the_policy_says(admin: Client) -> None:
    shown = dict(admin.get("/admin/roles/").context["matrix"])

    assert shown[str(WORDS["audit.view"])] == [False, False, False, True, True]


def test_an_import_shows_what_would_happen_before_it_does(admin: Client) -> None:
    ServiceFactory(name="checkout", tier=3)
    table = {"text": "name,tier\ncheckout,1\nsearch,2\n"}

    looked = admin.post("/admin/import/services/", table)
    before = Service.objects.get(name="checkout").tier, Service.objects.count()
    admin.post("/admin/import/services/", {**table, "write": "1"})

    assert [each.outcome for each in looked.context["report"].rows] == ["changed", "added"]
    assert before == (3, 1)
    assert (Service.objects.get(name="checkout").tier, Service.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "paste the table"),
        ("colour\nred\n", "names the columns"),
        ("name,tier\nshop,99\n", "mend these rows"),
        ("name\n\0\n", "Null characters are not allowed"),
    ],
)
def test_a_table_that_is_wrong_is_refused_with_the_reason(
    admin: Client, text: str, words: str
) -> None:
    page = admin.post("/admin/import/services/", {"text": text, "write": "1"})

    assert words in page.content.decode()
    assert Service.objects.count() == 0


def test_a_form_sent_twice_at_once_is_answered_in_words(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were checked before either was written: the second finds the place taken."""
    FactorRule.objects.create(role="agent")
    monkeypatch.setattr(FactorRule, "validate_unique", lambda *_, **__: None)

    answer = admin.post("/admin/people/factorrule/add/", {"role": "agent"})

    assert answer.status_code == 409
    assert "a moment ago" in answer.content.decode()
