"""The portal: report, follow, answer, reopen."""

import pytest

from incidents import actions
from incidents.models import Incident
from itsm.people.models import User
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db


def test_charlie_reports_with_one_sentence(as_: Browser, charlie: User):
    answer = as_(charlie).post("/portal/report/", {"title": "No sound", "urgency": "2"})

    incident = Incident.objects.get()
    assert answer["Location"] == f"/portal/items/{incident.number}/"
    assert (incident.caller, incident.source, incident.urgency) == (charlie, "portal", 2)
    assert incident.title in as_(charlie).get("/portal/").content.decode()


def test_a_report_without_words_is_asked_again(as_: Browser, charlie: User):
    answer = as_(charlie).post("/portal/report/", {"title": " ", "details": "x", "urgency": "2"})

    assert answer.status_code == 422
    assert ">x</textarea>" in answer.content.decode()
    assert not Incident.objects.exists()


def test_charlie_says_that_it_is_still_wrong(
    as_: Browser, alice: User, charlie: User, incident: Incident
):
    actions.resolve(incident, actor=alice, code="fixed", notes="Restarted")
    page = f"/portal/items/{incident.number}/"
    assert "still wrong" in as_(charlie).get(page).content.decode()

    as_(charlie).post(f"{page}reopen/")

    incident.refresh_from_db()
    assert incident.state == "in_progress"


def test_charlie_confirms_that_it_is_solved(
    as_: Browser, alice: User, charlie: User, incident: Incident
):
    actions.resolve(incident, actor=alice, code="fixed", notes="Restarted")

    as_(charlie).post(f"/portal/items/{incident.number}/close/")

    incident.refresh_from_db()
    assert incident.state == "closed"


def test_what_we_wait_for_is_asked_on_the_item_and_in_the_list(
    as_: Browser, alice: User, charlie: User, incident: Incident
):
    actions.hold(incident, actor=alice, reason="awaiting_caller", comment="Which printer is it?")

    page = as_(charlie).get(f"/portal/items/{incident.number}/").content.decode()
    items = as_(charlie).get("/portal/items/").content.decode()

    assert "is-asking" in page
    assert page.count("Which printer is it?") > 1
    assert "needs-you" in items


def test_a_refused_verb_is_no_server_error(as_: Browser, charlie: User, incident: Incident):
    page = f"/portal/items/{incident.number}/"

    assert as_(charlie).post(f"{page}close/").status_code == 302
    assert as_(charlie).post(f"{page}resolve/").status_code == 404


def test_an_empty_reply_says_what_is_missing(as_: Browser, charlie: User, incident: Incident):
    answer = as_(charlie).post(f"/portal/items/{incident.number}/reply/", {"body": " "})

    assert answer.status_code == 422


def test_a_search_finds_only_own_items(
    as_: Browser, charlie: User, frank: User, incident: Incident
):
    mine = as_(charlie).get("/portal/?q=payments").content.decode()
    others = as_(frank).get("/portal/?q=payments").content.decode()

    assert incident.title in mine
    assert incident.title not in others
