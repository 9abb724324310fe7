"""What is suggested while one types."""

import pytest

from incidents.actions import open_incident
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.people.models import User
from itsm.tickets.suggestions import suggestions_for
from tests.portal.conftest import SECRET
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db


def titles(user: User, text: str) -> list[str]:
    return [str(each.title) for _head, found in suggestions_for(user, text) for each in found]


@pytest.mark.parametrize(
    "text", ["The payments are timing out again!", "payment", "why do payments fail"]
)
def test_charlie_is_shown_what_he_told_us_before(charlie: User, incident: Incident, text: str):
    assert titles(charlie, text) == [incident.title]


@pytest.mark.parametrize("text", ["", "p", "the and of", "'&|!:*()", "\x00", "printer"])
def test_what_means_nothing_finds_nothing(charlie: User, incident: Incident, text: str):
    assert titles(charlie, text) == []


def test_frank_is_not_shown_what_others_told_us(frank: User, alice: User, incident: Incident):
    """P23: nor are staff, whose own items alone are suggested."""
    assert titles(frank, "payments") == []
    assert titles(alice, "payments") == [incident.title]
    Incident.objects.filter(pk=incident.pk).update(opened_by=frank)
    assert titles(alice, "payments") == []


def test_trouble_we_know_of_comes_first(as_: Browser, charlie: User, outage: Incident):
    open_incident(report=Report(title="Mail comes back"), actor=charlie)

    page = as_(charlie).get("/portal/suggest/?q=mail").content.decode()

    assert page.index("E-mail has trouble") < page.index("Mail comes back")
    assert SECRET not in page
    assert "/portal/report/?title=mail" in page


@pytest.mark.parametrize("query", ["q=%00", "q=" + "x" * 5000, "q=%27%3B--", "to=%22%3E", "q=<b>"])
def test_no_question_breaks_the_suggestions(as_: Browser, charlie: User, query: str):
    """P25."""
    answer = as_(charlie).get(f"/portal/suggest/?{query}")

    assert answer.status_code == 200
    assert "<b>" not in answer.content.decode()


def test_suggestions_cost_the_same_however_much_there_is(
    as_: Browser, charlie: User, django_assert_max_num_queries
):
    for count in range(20):
        open_incident(report=Report(title=f"Payments fail {count}"), actor=charlie)
    browser = as_(charlie)

    with django_assert_max_num_queries(2 + 11):
        browser.get("/portal/suggest/?q=payments")
