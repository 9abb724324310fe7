"""The inbox: each record once, what is new first, and reading that can be undone."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from incidents.models import Incident
from itsm.core import delivery
from itsm.core.models import Event
from itsm.notifications.actions import mark_read
from itsm.notifications.chores import forget_old_messages
from itsm.notifications.models import InboxEntry, Message
from itsm.notifications.selectors import inbox_page, unread_count
from itsm.people.models import User
from itsm.tickets.actions import comment
from tests.factories import IncidentFactory
from tests.screens.conftest import HOSTILE, Browser, as_

pytestmark = pytest.mark.django_db
__all__ = ["as_"]


def replied(incident: Incident, actor: User, body: str = "Any news?") -> None:
    comment(ticket=incident, actor=actor, body=body)
    delivery.deliver_owed()


def numbers_in(user: User) -> list[str]:
    return [each.ticket.number if each.ticket else "" for each in inbox_page(user).lines]


def test_a_record_stands_in_the_inbox_once_and_counts_what_is_new(alice: User, charlie: User):
    incident = IncidentFactory(assignee=alice, caller=charlie)

    for _ in range(3):
        replied(incident, charlie)

    assert InboxEntry.objects.get(user=alice).unread == 3
    assert unread_count(alice) == 1


def test_filling_an_inbox_happens_to_no_record_that_has_the_number_of_the_event(
    as_: Browser, alice: User, charlie: User
) -> None:
    replied(IncidentFactory(assignee=alice, caller=charlie), charlie)
    filled = Event.objects.get(name="inbox.filled")
    other = IncidentFactory(id=filled.subject_id, assignee=alice)

    seen = as_(alice).get(f"/api/v1/incidents/{other.number}/timeline/").json()["results"]

    assert "inbox.filled" not in [each["event"] for each in seen]
    assert filled.subject_type == "event"


def test_what_is_new_stands_before_what_was_read(as_: Browser, alice: User, charlie: User):
    first, second = (IncidentFactory(assignee=alice, caller=charlie) for _ in range(2))
    replied(first, charlie)
    replied(second, charlie)

    as_(alice).get(f"/incidents/{second.number}/")

    assert numbers_in(alice) == [first.number, second.number]
    assert unread_count(alice) == 1


def test_opening_an_entry_leads_to_the_record_and_reads_it(
    as_: Browser, alice: User, charlie: User
):
    incident = IncidentFactory(assignee=alice, caller=charlie)
    replied(incident, charlie)
    entry = InboxEntry.objects.get(user=alice)

    answer = as_(alice).get(f"/inbox/{entry.pk}/")

    assert answer.headers["Location"] == f"/incidents/{incident.number}/"
    assert unread_count(alice) == 0


def test_an_end_user_reads_his_inbox_in_the_portal(as_: Browser, alice: User, charlie: User):
    incident = IncidentFactory(assignee=alice, caller=charlie)
    replied(incident, alice, HOSTILE)

    page = as_(charlie).get("/inbox/")

    assert b'<body class="portal"' in page.content
    assert b"Inbox, 1 new" in page.content
    assert b"Alice replied" in page.content
    assert b"<img src=x" not in page.content
    as_(charlie).get(f"/portal/items/{incident.number}/")
    assert unread_count(charlie) == 0


def test_reading_everything_can_be_taken_back(as_: Browser, alice: User, charlie: User):
    for _ in range(3):
        replied(IncidentFactory(assignee=alice, caller=charlie), charlie)
    old = IncidentFactory(assignee=alice, caller=charlie)
    replied(old, charlie)
    as_(alice).get(f"/incidents/{old.number}/")
    browser = as_(alice)

    page = browser.post("/inbox/read/", follow=True)
    assert unread_count(alice) == 0

    browser.post("/inbox/unread/", {"read": page.context["read_at"].isoformat()})
    assert unread_count(alice) == 3


def test_an_entry_is_read_and_kept_new_by_its_button(as_: Browser, alice: User, charlie: User):
    replied(IncidentFactory(assignee=alice, caller=charlie), charlie)
    entry = InboxEntry.objects.get(user=alice)
    browser = as_(alice)

    browser.post(f"/inbox/{entry.pk}/read/")
    assert unread_count(alice) == 0

    browser.post(f"/inbox/{entry.pk}/unread/")
    assert unread_count(alice) == 1


def test_nobody_reads_the_inbox_of_another(as_: Browser, alice: User, bob: User, charlie: User):
    replied(IncidentFactory(assignee=alice, caller=charlie), charlie)
    entry = InboxEntry.objects.get(user=alice)

    as_(bob).post(f"/inbox/{entry.pk}/read/")

    assert as_(bob).get(f"/inbox/{entry.pk}/").status_code == 404
    assert unread_count(alice) == 1


def test_a_record_that_became_confidential_shows_nothing_of_itself(
    as_: Browser, erin: User, alice: User, charlie: User
):
    incident = IncidentFactory(assignee=erin, caller=charlie, title="The layoffs")
    replied(incident, charlie, "The list is attached")
    Incident.objects.filter(pk=incident.pk).update(confidential=True, assignee=alice)

    page = as_(erin).get("/inbox/")

    assert incident.number.encode() not in page.content
    assert b"layoffs" not in page.content
    assert b"attached" not in page.content
    assert b"not open to you" in page.content


def test_the_pages_of_an_inbox_hold_every_record_once(as_: Browser, alice: User, charlie: User):
    made = [IncidentFactory(assignee=alice, caller=charlie) for _ in range(60)]
    for each in made:
        comment(ticket=each, actor=charlie, body="Hello")
    delivery.deliver_owed()
    for each in made[:20]:
        as_(alice).get(f"/incidents/{each.number}/")

    first = inbox_page(alice)
    second = inbox_page(alice, after=first.older)
    third = inbox_page(alice, after=second.older)

    lines = [*first.lines, *second.lines, *third.lines]
    expected = [each.number for each in [*made[:19:-1], *made[19::-1]]]
    assert [each.ticket.number for each in lines if each.ticket] == expected
    assert third.older == ""


@pytest.mark.parametrize(
    "query", ["after=x", "after=1-" + "9" * 30, "read=x", "read=2026-13-01", "after=0-%00"]
)
def test_rubbish_in_the_address_shows_the_inbox(as_: Browser, alice: User, query: str):
    assert as_(alice).get(f"/inbox/?{query}").status_code == 200


@pytest.mark.parametrize("given", [{}, {"read": "x"}, {"read": "2026-01-01T00:00"}])
def test_rubbish_takes_nothing_back(as_: Browser, alice: User, given: dict[str, str]):
    assert as_(alice).post("/inbox/unread/", given).status_code == 302


def test_the_inbox_costs_the_same_for_many_records(
    as_: Browser, alice: User, charlie: User, django_assert_max_num_queries
):
    for _ in range(20):
        comment(ticket=IncidentFactory(assignee=alice, caller=charlie), actor=charlie, body="Hi")
    delivery.deliver_owed()
    browser: Client = as_(alice)

    with django_assert_max_num_queries(14):
        assert browser.get("/inbox/").status_code == 200


def test_what_is_old_is_forgotten_but_not_what_is_new_or_waits(alice: User, charlie: User):
    read, new = (IncidentFactory(assignee=alice, caller=charlie) for _ in range(2))
    for incident in (read, new):
        replied(incident, charlie)
    mark_read(user=alice, entry_id=InboxEntry.objects.get(user=alice, ticket=read).pk)
    waiting = Message.objects.filter(recipient=alice, channel="email").latest("pk")
    Message.objects.filter(pk=waiting.pk).update(status="queued")
    Message.objects.update(created_at=timezone.now() - timedelta(days=181))

    forget_old_messages()

    assert numbers_in(alice) == [new.number]
    new_one = InboxEntry.objects.get(user=alice, ticket=new).latest_id
    assert set(Message.objects.values_list("pk", flat=True)) == {new_one, waiting.pk}
