"""Who is let in where, and with what on the wire."""

import pytest
from django.db import OperationalError
from django.test import Client

from incidents.models import Incident
from itsm.people.models import User
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db

STAFF = [
    "/", "/alerts/", "/incidents/", "/incidents/?search=payments", "/incidents/?order=priority",
    "/incidents/?phase=all", "/incidents/?assignee=me&priority=3", "/incidents/new/", "{}",
    "{}?show=notes", "{}edit/", "{}earlier/", "{}do/resolve/", "{}do/hold/", "{}do/assign/",
    "/incidents/rows/?numbers=INC-1", "/suggest/services/", "/suggest/people/", "/portal/",
    "/portal/report/", "/portal/items/",
]  # fmt: skip
CLOSED = [path for path in STAFF if not path.startswith(("/portal/", "{}?"))]


def address(path: str, incident: Incident) -> str:
    return path.format(f"/incidents/{incident.number}/")


@pytest.mark.parametrize("path", STAFF)
def test_bob_is_let_in(as_: Browser, bob: User, incident: Incident, path: str):
    answer = as_(bob).get(address(path, incident))

    assert answer.status_code == 200


@pytest.mark.parametrize("path", STAFF)
def test_nobody_is_sent_to_sign_in(client: Client, incident: Incident, path: str):
    answer = client.get(address(path, incident))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("path", CLOSED)
def test_charlie_is_not_shown_the_workspace(
    as_: Browser, charlie: User, incident: Incident, path: str
):
    answer = as_(charlie).get(address(path, incident))

    assert (answer.status_code, answer.get("Location", "")) in (
        (404, ""),
        (302, "/portal/"),
        (302, f"/portal/items/{incident.number}/"),
    )


def test_charlie_sees_his_item_and_frank_does_not(
    as_: Browser, charlie: User, frank: User, incident: Incident
):
    page = f"/portal/items/{incident.number}/"

    assert as_(charlie).get(page).status_code == 200
    assert as_(frank).get(page).status_code == 404
    assert as_(frank).post(f"{page}reply/", {"body": "Hello"}).status_code == 404
    assert as_(frank).post(f"{page}cancel/").status_code == 404


def test_a_confidential_incident_does_not_exist_for_erin(
    as_: Browser, erin: User, incident: Incident
):
    Incident.objects.filter(pk=incident.pk).update(confidential=True)

    assert as_(erin).get(f"/incidents/{incident.number}/").status_code == 404
    assert incident.number not in as_(erin).get("/incidents/").content.decode()
    assert incident.number not in as_(erin).get("/").content.decode()


def test_audrey_reads_but_is_offered_nothing_to_do(as_: Browser, audrey: User, incident: Incident):
    page = as_(audrey).get(f"/incidents/{incident.number}/").content.decode()

    assert incident.title in page
    assert "do/resolve" not in page
    assert "data-composer" not in page
    assert as_(audrey).get(f"/incidents/{incident.number}/edit/").status_code == 403
    answer = as_(audrey).post(f"/incidents/{incident.number}/say/", {"body": "Hm", "public": "1"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/sign-in/", "/nothing/", "/", "/portal/"])
def test_every_page_carries_the_policy(as_: Browser, alice: User, path: str):
    """P26."""
    policy = as_(alice).get(path)["Content-Security-Policy"]

    assert "'strict-dynamic'" in policy
    assert "require-trusted-types-for 'script'" in policy


@pytest.mark.parametrize(
    "query",
    ["phase=nonsense", "priority=99", "after=x-y", "before=9-99999999999999999999", "service=%00",
     "search=%00", "search=%27%26%7C%21", "order=drop", "assignee=%F0%9F%92%A9", "resolved=never"],
)  # fmt: skip
def test_no_address_breaks_the_queue(as_: Browser, alice: User, incident: Incident, query: str):
    """P25."""
    assert as_(alice).get(f"/incidents/?{query}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/incidents/INC-%00/", "/incidents/x/do/fly/", "/files/nothing/", "/suggest/secrets/"]
)
def test_what_is_not_there_is_404(as_: Browser, alice: User, path: str):
    assert as_(alice).get(path).status_code == 404


@pytest.mark.parametrize(("path", "code"), [("/nowhere/", 404), ("/rules/new/", 403)])
def test_where_nothing_is_one_keeps_the_way_on(as_: Browser, alice: User, path: str, code: int):
    page = as_(alice).get(path)
    for_a_script = as_(alice).get(path, headers={"Sec-Fetch-Dest": "empty"})

    assert (page.status_code, for_a_script.status_code) == (code, code)
    assert 'href="/incidents/"' in page.content.decode()
    assert 'href="/incidents/"' not in for_a_script.content.decode()


def test_in_the_portal_the_way_on_is_that_of_the_portal(as_: Browser, charlie: User):
    page = as_(charlie).get("/nowhere/").content.decode()

    assert 'href="/portal/items/"' in page
    assert 'href="/incidents/"' not in page


def test_a_stranger_is_shown_no_way(client: Client):
    page = client.get("/nowhere/")

    assert page.status_code == 404
    assert "<nav" not in page.content.decode()


def test_where_nothing_is_and_the_database_is_away_it_is_said_alone(
    as_: Browser, alice: User, monkeypatch: pytest.MonkeyPatch
):
    def away(_user: User) -> None:
        raise OperationalError

    monkeypatch.setattr("itsm.dashboard.templatetags.workspace.counts_of_nav", away)

    page = as_(alice).get("/nowhere/")

    assert page.status_code == 404
    assert "<nav" not in page.content.decode()
