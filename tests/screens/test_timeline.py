"""The timeline of a record: by day, folded, filtered, linked to and pinned."""

from datetime import timedelta

import pytest
from django.utils import timezone

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.actions import comment, edit, pin
from itsm.tickets.days import Run
from itsm.tickets.selectors import last_event_id
from tests.screens.conftest import Browser

pytestmark = pytest.mark.django_db


def path(incident: Incident, rest: str = "") -> str:
    return f"/incidents/{incident.number}/{rest}"


def busy(incident: Incident, actor: User) -> None:
    """Several small changes, then a word."""
    for count in range(5):
        edit(ticket=incident, actor=actor, changes={"tags": [f"tag-{count}"]})
    comment(ticket=incident, actor=actor, body="Look at the load balancer", public=False)
    comment(ticket=incident, actor=actor, body="We are on it")
    actions.assign(incident, actor=actor, assignee=actor)


def test_small_changes_in_a_row_are_one_line(as_: Browser, alice: User, incident: Incident):
    busy(incident, alice)

    (day,) = as_(alice).get(path(incident)).context["days"]

    runs = [each for each in day.items if isinstance(each, Run)]
    assert [len(each.entries) for each in runs] == [5]


def test_the_end_of_a_timeline_is_never_folded(as_: Browser, alice: User, incident: Incident):
    for count in range(5):
        edit(ticket=incident, actor=alice, changes={"tags": [f"tag-{count}"]})

    (day,) = as_(alice).get(path(incident)).context["days"]

    assert [isinstance(each, Run) for each in day.items[-3:]] == [False, False, False]


def test_each_day_has_its_heading(as_: Browser, alice: User, incident: Incident, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=1))
    comment(ticket=incident, actor=alice, body="Good morning", public=False)

    text = as_(alice).get(path(incident)).content.decode()

    assert text.index("Yesterday") < text.index("opened the incident") < text.index("Today")


@pytest.mark.parametrize(
    ("only", "shown", "hidden"),
    [
        ("public", "We are on it", "load balancer"),
        ("notes", "load balancer", "We are on it"),
        ("changes", "assigned it to", "We are on it"),
    ],
)
def test_the_timeline_can_be_narrowed_by_its_address(
    as_: Browser, alice: User, incident: Incident, only: str, shown: str, hidden: str
):
    busy(incident, alice)

    page = as_(alice).get(path(incident, f"?show={only}")).content.decode()
    timeline = page[page.index("data-timeline") : page.index('id="latest"')]

    assert shown in timeline
    assert hidden not in timeline


def test_a_link_leads_to_an_entry_however_old(as_: Browser, alice: User, incident: Incident):
    comment(ticket=incident, actor=alice, body="The first word", public=False)
    wanted = last_event_id(incident)
    for count in range(60):
        comment(ticket=incident, actor=alice, body=f"Line {count}", public=False)

    text = as_(alice).get(path(incident, f"?at={wanted}")).content.decode()

    assert f'id="event-{wanted}"' in text
    assert "Show what came after" in text


def test_a_pinned_entry_stands_above_and_in_the_audit(as_: Browser, bob: User, incident: Incident):
    comment(ticket=incident, actor=bob, body="The fuse is gone", public=False)
    moment = last_event_id(incident)

    answer = as_(bob).post(path(incident, "pin/"), {"pin": str(moment)})

    assert answer.status_code == 302
    (entry,) = as_(bob).get(path(incident)).context["pins"]
    assert entry.moment.comment.body == "The fuse is gone"
    event = Event.objects.get(name="incident.moment_pinned")
    assert (event.actor, event.data) == (bob, {"moment": moment})
    as_(bob).post(path(incident, "pin/"), {"unpin": str(moment)})
    assert as_(bob).get(path(incident)).context["pins"] == []


def test_a_moment_of_another_ticket_cannot_be_pinned(
    as_: Browser, alice: User, charlie: User, incident: Incident
):
    other = actions.open_incident(report=Report(title="Other", caller=charlie), actor=alice)

    answer = as_(alice).post(path(incident, "pin/"), {"pin": str(last_event_id(other))})

    assert answer.status_code == 404


def test_who_only_reads_cannot_pin(as_: Browser, audrey: User, alice: User, incident: Incident):
    moment = last_event_id(incident)

    assert as_(audrey).post(path(incident, "pin/"), {"pin": str(moment)}).status_code == 403


def test_there_is_an_end_to_key_moments(alice: User, incident: Incident, as_: Browser):
    for count in range(13):
        comment(ticket=incident, actor=alice, body=f"Line {count}", public=False)
    moments = list(Event.objects.filter(name="incident.noted").values_list("pk", flat=True))
    for each in moments[:12]:
        pin(ticket=incident, event_id=each, actor=alice)

    page = as_(alice).post(path(incident, "pin/"), {"pin": str(moments[12])}, follow=True)

    assert "at most 12 key moments" in page.content.decode()
