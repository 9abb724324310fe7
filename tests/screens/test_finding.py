"""The search over everything, and what the palette is told."""

import re

import pytest

from incidents.models import Incident
from itsm.inventory.models import Service
from itsm.people.models import User
from itsm.tickets.search import learn_words
from tests.factories import IncidentFactory
from tests.screens.conftest import HOSTILE, Browser

pytestmark = pytest.mark.django_db


def numbers(page: str) -> list[str]:
    return re.findall(r'data-number="(INC-\d+)"', page)


def options(page: str) -> list[str]:
    return re.findall(r'role="option" href="([^"]+)"', page)


def test_words_are_found_in_titles_and_descriptions_and_marked(
    as_: Browser, alice: User, incident: Incident
):
    IncidentFactory(opened_by=alice, title="Printer jams")

    page = as_(alice).get("/search/?q=third+pay").content.decode()

    assert numbers(page) == [incident.number]
    assert "every <mark>third</mark> one" in page


def test_services_and_people_are_found_beside_records(as_: Browser, alice: User, checkout: Service):
    browser = as_(alice)

    assert 'href="/services/checkout/"' in browser.get("/search/?q=check").content.decode()
    assert 'href="/people/alice/"' in browser.get("/search/?q=alic").content.decode()


@pytest.mark.parametrize(
    "query",
    ["?view=nonsense", "?kind=nonsense", "?priority=x", "?phase=x", "?in=nonsense", "?after=x",
     "?q=%00", "?q=%F0%9F%92%A9", "?q=" + "a" * 5000, "?service=%00", "?assignee=nobody"],
)  # fmt: skip
def test_rubbish_is_answered_with_a_page(as_: Browser, alice: User, query: str):
    assert as_(alice).get(f"/search/{query}").status_code == 200


def test_the_palette_leads_to_the_gate_simulator_who_may_use_it(
    as_: Browser, alice: User, mona: User
):
    found = {
        user: options(as_(user).get("/find/?q=simul").content.decode()) for user in (alice, mona)
    }

    assert "/changes/gate/replay/" in found[mona]
    assert "/changes/gate/replay/" not in found[alice]
    assert "/changes/calendar/" in options(as_(alice).get("/find/?q=calen").content.decode())


def test_the_palette_finds_a_record_by_its_number_in_any_case(
    as_: Browser, alice: User, incident: Incident
):
    found = options(as_(alice).get(f"/find/?q={incident.number.lower()}").content.decode())

    assert found[0] == f"/incidents/{incident.number}/"
    assert found[-1] == f"/search/?q={incident.number.lower()}"


def test_the_palette_forgives_a_mistyped_letter(as_: Browser, alice: User, incident: Incident):
    learn_words()

    found = options(as_(alice).get("/find/?q=paymnets").content.decode())

    assert f"/incidents/{incident.number}/" in found


def test_the_palette_recalls_what_was_looked_at_in_that_order(as_: Browser, alice: User):
    first, second = IncidentFactory(opened_by=alice), IncidentFactory(opened_by=alice)
    asked = f"/find/?recent={second.number},INC-1,%00,{first.number}"

    found = options(as_(alice).get(asked).content.decode())

    assert found == [f"/incidents/{each.number}/" for each in (second, first)]


def test_nobody_finds_or_recalls_what_he_may_not_see(as_: Browser, erin: User, charlie: User):
    secret = IncidentFactory(opened_by=charlie, title="Payroll leak", confidential=True)
    browser = as_(erin)

    for address in ("/find/?q=payroll", f"/find/?recent={secret.number}", "/search/?q=payroll"):
        assert f"/incidents/{secret.number}/" not in browser.get(address).content.decode()


def test_what_people_wrote_is_shown_as_text(as_: Browser, alice: User):
    IncidentFactory(opened_by=alice, title=f"jam {HOSTILE}", description=f"jam {HOSTILE}")
    browser = as_(alice)

    shown = [browser.get(each).content.decode() for each in ("/find/?q=jam", "/search/?q=jam")]

    assert "<script>alert" not in "".join(shown)
    assert "<img src=x" not in "".join(shown)


def test_a_colleague_page_tells_teams_and_open_work(as_: Browser, alice: User, bob: User):
    mine = IncidentFactory(opened_by=alice, assignee=bob)
    IncidentFactory(opened_by=alice, assignee=alice)

    page = as_(alice).get("/people/bob/").content.decode()

    assert numbers(page) == [mine.number]
    assert "Platform" in page
