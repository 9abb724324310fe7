"""Who one is to the API, how far a token reaches, and how much one may ask. (P22, P24, P35, P36)"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from itsm.people.actions import issue_token, revoke_token
from itsm.people.models import ApiToken
from tests.factories import IncidentFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "header",
    [
        *("", "Bearer", "Bearer ", "Bearer nonsense", "Basic YWxpY2U6YWxpY2U=", "Bearer sty_ü"),
        *("Bearer sty_" + "0" * 72, "Token abc", "Bearer \x7f"),
    ],
)
def test_without_a_token_of_ours_one_is_nobody(header, api):
    response = api().get("incidents/", headers={"Authorization": header})

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("ending", ["revoked", "expired", "of somebody gone"])
def test_a_token_that_has_ended_is_worth_nothing(ending, api, alice):
    caller = api(alice)
    token = ApiToken.objects.get()
    before = caller.get("incidents/").status_code
    if ending == "revoked":
        revoke_token(token=token, actor=alice)
    elif ending == "expired":
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        type(alice).objects.update(is_active=False)

    assert (before, caller.get("incidents/").status_code) == (200, 401)


@pytest.mark.parametrize(
    ("scopes", "reads", "writes", "reads_alerts"),
    [
        (("read",), 200, 403, 200),
        (("write",), 200, 201, 200),
        (("incidents:read",), 200, 403, 403),
        (("incidents:write",), 200, 201, 403),
        (("alerts:read",), 403, 403, 200),
    ],
)
def test_a_token_reaches_as_far_as_its_scopes(scopes, reads, writes, reads_alerts, api, alice):
    caller = api(alice, scopes=scopes)

    assert caller.get("incidents/").status_code == reads
    assert caller.post("incidents/", title="Slow").status_code == writes
    assert caller.get("alerts/").status_code == reads_alerts


def test_a_browser_acts_by_its_session_and_writes_only_with_the_csrf_token(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    address, body, kind = "/api/v1/incidents/", '{"title": "Slow"}', "application/json"

    without = client.post(address, body, content_type=kind)
    token = client.get("/api/docs/").cookies["csrf"].value
    response = client.post(address, body, content_type=kind, headers={"X-CSRFToken": token})

    assert client.get("/api/v1/incidents/").status_code == 200
    assert without.status_code == 403
    assert without["Content-Type"] == "application/problem+json"
    assert response.status_code == 201


def test_who_asks_too_much_is_told_when_to_come_back(api, alice, bob, settings):
    settings.API_RATE = 3
    caller = api(alice)

    codes = [caller.get("users/me/").status_code for _ in range(4)]
    response = caller.get("users/me/")

    assert codes == [200, 200, 200, 429]
    assert 1 <= int(response["Retry-After"]) <= 60
    assert api(bob).get("users/me/").status_code == 200


def test_guessing_tokens_is_slowed_down_while_a_right_one_still_opens(api, alice):
    wrong = {"Authorization": "Bearer sty_wrong"}

    codes = {api().get("incidents/", headers=wrong).status_code for _ in range(31)}

    assert codes == {401, 429}
    assert api(alice).get("incidents/").status_code == 200


def test_an_end_user_opens_incidents_for_himself_and_says_no_more_than_a_portal_asks(api, charlie):
    ServiceFactory(name="checkout")
    said = {"title": "Slow", "description": "Very.", "urgency": 1, "service": "checkout"}

    response = api(charlie).post("incidents/", **said)

    shown = response.json()
    assert response.status_code == 201
    assert shown["caller"] == shown["opened_by"] == "charlie"
    assert {name: shown[name] for name in said} == said
    assert shown["url"].endswith(f"/portal/items/{shown['number']}/")


@pytest.mark.parametrize(
    "field",
    [
        *("impact", "caller", "assignee", "team", "configuration_items", "tags", "confidential"),
        *("source", "parent", "state", "number", "priority", "version", "major", "opened_by"),
    ],
)
def test_a_field_an_end_user_may_not_set_is_refused_by_name(field, api, charlie):
    response = api(charlie).post("incidents/", title="Slow", **{field: "x"})

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_an_end_user_sees_nothing_internal(api, alice, charlie):
    incident = IncidentFactory(caller=charlie)
    api(alice).post(f"incidents/{incident.number}/comments/", body="A secret", public=False)
    api(alice).post(f"incidents/{incident.number}/comments/", body="An answer")
    internal = {"alerts_count", "configuration_items", "confidential", "problem", "detection"}

    shown = api(charlie).get(f"incidents/{incident.number}/").json()
    said = api(charlie).get(f"incidents/{incident.number}/comments/").json()["results"]
    told = api(charlie).get(f"incidents/{incident.number}/timeline/")

    assert not internal & set(shown)
    assert [each["body"] for each in said] == ["An answer"]
    assert "A secret" not in told.text
    assert all("data" not in each for each in told.json()["results"])
    assert len(api(alice).get(f"incidents/{incident.number}/comments/").json()["results"]) == 2


def test_an_end_user_cannot_write_work_notes(api, charlie):
    incident = IncidentFactory(caller=charlie)

    response = api(charlie).post(
        f"incidents/{incident.number}/comments/", body="For staff", public=False
    )

    assert response.status_code == 403


def test_numbers_of_tickets_one_may_not_see_are_not_shown(api, alice, frank):
    hidden = IncidentFactory(opened_by=frank, confidential=True)
    incident = IncidentFactory(parent=hidden)

    assert api(alice).get(f"incidents/{incident.number}/").json()["parent"] is None
    refused = api(alice).patch(f"incidents/{incident.number}/", parent=hidden.number)
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["parent"]


def test_end_users_know_of_nobody_but_themselves(api, alice, charlie):
    assert api(charlie).get("users/me/").json()["username"] == "charlie"
    listed = api(charlie).get("users/").json()["results"]
    assert [each["username"] for each in listed] == ["charlie"]


def test_a_token_says_when_it_was_used(api, alice):
    caller = api(alice)

    caller.get("incidents/")

    assert ApiToken.objects.get().last_used_at is not None
    assert issue_token(user=alice, name="another")[0].last_used_at is None
