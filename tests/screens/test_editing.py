"""Two people edit one record: nothing is overwritten unseen, nothing typed is lost."""

from typing import Any

import pytest

from incidents.models import Incident
from itsm.people.models import User
from itsm.tickets.actions import edit
from itsm.tickets.forms import as_typed
from itsm.tickets.merging import merged
from itsm.tickets.selectors import last_event_id
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db


def form_of(incident: Incident, **changed: str) -> dict[str, str]:
    """The form as it was opened, with what was typed over it."""
    was = as_typed(incident)
    opened = {f"was-{name}": value for name, value in was.items()}
    marks = {"version": str(incident.version), "seen": str(last_event_id(incident))}
    return {**was, **opened, **marks, **changed}


def post(browser: Any, incident: Incident, form: dict[str, str]) -> Any:
    return browser.post(f"/incidents/{incident.number}/edit/", form)


@pytest.mark.parametrize(
    ("before", "theirs", "mine", "value", "is_taken", "collides"),
    [
        ("a", "a", "a", "a", False, False),
        ("a", "a", "b", "b", False, False),
        ("a", "b", "a", "b", True, False),
        ("a", "b", "b", "b", False, False),
        ("a", "b", "c", "c", False, True),
        (None, "b", "c", "c", False, True),
        (None, "b", "b", "b", False, False),
        ("a\r\nb", "a\nb", "c", "c", False, False),
    ],
)
def test_each_field_is_of_the_side_that_changed_it(
    before: str | None, theirs: str, mine: str, value: str, is_taken: bool, collides: bool
):
    was = {} if before is None else {"x": before}

    merge = merged(["x"], before=was, theirs={"x": theirs}, mine={"x": mine})

    assert merge.values == {"x": value}
    assert (merge.taken, len(merge.collisions)) == (["x"] * is_taken, int(collides))


def test_changes_that_do_not_meet_are_saved_together(
    as_: Browser, alice: User, bob: User, incident: Incident
):
    form = form_of(incident, title="Payments fail")
    edit(ticket=incident, actor=bob, changes={"impact": 1, "tags": ["shop"]})

    answer = post(as_(alice), incident, form)

    incident.refresh_from_db()
    assert answer.status_code == 302
    assert (incident.title, incident.impact, incident.tags) == ("Payments fail", 1, ["shop"])


def test_where_both_changed_it_the_person_chooses(
    as_: Browser, alice: User, bob: User, incident: Incident
):
    """P10."""
    browser = as_(alice)
    form = form_of(incident, title="Payments fail", tags="mine")
    edit(ticket=incident, actor=bob, changes={"title": "Payments fail in Europe", "impact": 1})

    answer = post(browser, incident, form)

    text = answer.content.decode()
    incident.refresh_from_db()
    assert answer.status_code == 409
    assert incident.title == "Payments fail in Europe"
    for words in ("Payments time out", "Payments fail in Europe", 'value="Payments fail"'):
        assert words in text
    assert list(answer.context["collisions"]) == ["title"]
    assert f"Take what {bob} wrote" in text
    again = {**form_of(incident, title="Payments fail", tags="mine")}
    assert post(browser, incident, again).status_code == 302
    incident.refresh_from_db()
    assert (incident.title, incident.impact, incident.tags) == ("Payments fail", 1, ["mine"])


def test_theirs_can_be_taken(as_: Browser, alice: User, bob: User, incident: Incident):
    edit(ticket=incident, actor=bob, changes={"title": "Payments fail in Europe"})
    incident.refresh_from_db()
    form = form_of(incident, title="Payments fail", **{"pick-title": "theirs"})

    post(as_(alice), incident, form)

    incident.refresh_from_db()
    assert incident.title == "Payments fail in Europe"


def test_a_form_without_its_beginning_overwrites_nothing(
    as_: Browser, alice: User, bob: User, incident: Incident
):
    form = {**as_typed(incident), "title": "Mine", "version": str(incident.version)}
    edit(ticket=incident, actor=bob, changes={"title": "Theirs"})

    answer = post(as_(alice), incident, form)

    incident.refresh_from_db()
    assert (answer.status_code, incident.title) == (409, "Theirs")
    assert 'value="Mine"' in answer.content.decode()


def test_a_fault_keeps_the_form_as_old_as_it_was(
    as_: Browser, alice: User, bob: User, incident: Incident
):
    form = form_of(incident, title="")
    edit(ticket=incident, actor=bob, changes={"impact": 1})

    answer = post(as_(alice), incident, form)

    assert answer.status_code == 422
    assert answer.context["version"] == int(form["version"])
    assert answer.context["was"]["impact"] == "2"
