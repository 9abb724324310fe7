"""What replies, parents, duplicates and the clock do to incidents."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from incidents import actions, chores
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.core.errors import Invalid, NotAllowed
from itsm.inventory.models import Service
from itsm.people.models import Team, User
from itsm.tickets.actions import comment, edit, override_priority, watch
from itsm.tickets.models import Link, Watcher
from tests.factories import IncidentFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkout(platform: Team) -> Service:
    return ServiceFactory(name="checkout", owner_team=platform, tier=1)


def test_an_incident_goes_to_the_team_that_owns_its_service(
    checkout: Service, platform: Team, charlie: User
) -> None:
    incident = actions.open_incident(
        report=Report(title="I cannot pay", service=checkout), actor=charlie
    )

    assert (incident.team, incident.caller, incident.detection) == (platform, charlie, "user")
    assert incident.number.startswith("INC-")


@pytest.mark.parametrize(("policy", "expected"), [("nobody", None), ("lead", "alice")])
def test_the_teams_policy_picks_the_assignee(
    policy: str, expected: str | None, checkout: Service, platform: Team, alice: User, bob: User
) -> None:
    platform.assignment = policy
    platform.save()

    incident = actions.open_incident(report=Report(title="Down", service=checkout), actor=bob)

    assert (incident.assignee.username if incident.assignee else None) == expected


def test_the_least_busy_of_the_team_gets_the_next_incident(
    checkout: Service, platform: Team, alice: User, bob: User
) -> None:
    platform.assignment = Team.Assignment.LEAST_BUSY
    platform.save()
    IncidentFactory(assignee=alice)

    incident = actions.open_incident(report=Report(title="Down", service=checkout), actor=alice)

    assert incident.assignee == bob


def test_the_urgency_of_somebody_very_important_is_proposed_high(charlie: User, erin: User) -> None:
    charlie.is_vip = True
    charlie.save()

    incident = actions.open_incident(
        report=Report(title="Mail is down", caller=charlie), actor=erin
    )

    assert incident.urgency == 1


def test_a_reply_of_the_caller_resumes_what_waits_for_him(alice: User, charlie: User) -> None:
    incident = IncidentFactory(at_state="in_progress", assignee=alice, caller=charlie)
    actions.hold(incident, actor=alice, reason="awaiting_caller", comment="Which browser?")

    comment(ticket=incident, actor=charlie, body="Firefox.")

    incident.refresh_from_db()
    assert (incident.state, incident.on_hold_reason) == ("in_progress", "")


def test_a_reply_of_the_caller_does_not_resume_what_waits_for_a_vendor(
    alice: User, charlie: User
) -> None:
    incident = IncidentFactory(at_state="in_progress", assignee=alice, caller=charlie)
    actions.hold(incident, actor=alice, reason="awaiting_vendor", vendor_reference="4711")

    comment(ticket=incident, actor=charlie, body="Any news?")

    incident.refresh_from_db()
    assert incident.state == "on_hold"


def test_the_first_public_reply_of_staff_starts_the_work(alice: User, charlie: User) -> None:
    incident = IncidentFactory(assignee=alice, caller=charlie)

    comment(ticket=incident, actor=alice, body="I am looking into it.")

    incident.refresh_from_db()
    assert incident.state == "in_progress"
    assert incident.responded_at is not None


def test_a_work_note_starts_nothing(alice: User) -> None:
    incident = IncidentFactory(assignee=alice)

    comment(ticket=incident, actor=alice, body="Odd.", public=False)

    incident.refresh_from_db()
    assert (incident.state, incident.responded_at) == ("new", None)


def test_a_reply_to_a_closed_incident_opens_a_linked_follow_up(
    alice: User, charlie: User, checkout: Service
) -> None:
    closed = IncidentFactory(at_state="closed", caller=charlie, service=checkout)

    comment(ticket=closed, actor=charlie, body="It is back.")

    follow_up = Incident.objects.exclude(pk=closed.pk).get()
    assert (follow_up.description, follow_up.service, follow_up.caller) == (
        "It is back.",
        checkout,
        charlie,
    )
    link = Link.objects.get(from_ticket=follow_up.pk)
    assert (link.to_ticket_id, link.sort) == (closed.pk, "follow_up_of")
    closed.refresh_from_db()
    assert closed.state == "closed"


def test_the_work_on_a_parent_carries_its_children_along(alice: User, bob: User) -> None:
    parent = IncidentFactory(assignee=alice)
    child = IncidentFactory(parent=parent)

    actions.start(parent, actor=bob)
    child.refresh_from_db()
    assert (child.state, child.assignee) == ("in_progress", alice)

    actions.hold(parent, actor=bob, reason="awaiting_vendor", vendor_reference="4711")
    child.refresh_from_db()
    assert (child.state, child.vendor_reference) == ("on_hold", "4711")

    actions.resolve(parent, actor=bob, code="fixed", notes="New disk.")
    child.refresh_from_db()
    assert (child.state, child.resolution_code) == ("resolved", "fixed")
    assert "New disk." in child.resolution_notes

    actions.reopen(parent, actor=bob)
    child.refresh_from_db()
    assert child.state == "in_progress"


def test_waiting_for_the_parents_caller_does_not_hold_the_children(alice: User) -> None:
    parent = IncidentFactory(at_state="in_progress", assignee=alice)
    child = IncidentFactory(at_state="in_progress", assignee=alice, parent=parent)

    actions.hold(parent, actor=alice, reason="awaiting_caller", comment="Since when?")

    child.refresh_from_db()
    assert child.state == "in_progress"


def test_an_end_user_who_reopens_speaks_for_one_incident_only(alice: User, charlie: User) -> None:
    parent = IncidentFactory(at_state="resolved", caller=charlie)
    child = IncidentFactory(at_state="resolved", parent=parent)

    actions.reopen(parent, actor=charlie)

    child.refresh_from_db()
    assert child.state == "resolved"


def test_closing_the_parent_leaves_its_children_resolved(alice: User) -> None:
    parent = IncidentFactory(at_state="resolved")
    child = IncidentFactory(at_state="resolved", parent=parent)

    actions.close(parent, actor=alice)

    child.refresh_from_db()
    assert child.state == "resolved"


def test_the_people_of_a_duplicate_join_the_original(
    alice: User, bob: User, charlie: User, frank: User
) -> None:
    original = IncidentFactory(at_state="in_progress", caller=frank)
    duplicate = IncidentFactory(caller=charlie)
    watch(ticket=duplicate, user=bob, actor=alice)

    actions.cancel(duplicate, actor=alice, reason="duplicate", duplicate_of=original.number)

    watchers = Watcher.objects.filter(ticket=original.pk).values_list("user__username", flat=True)
    assert set(watchers) == {"bob", "charlie"}
    assert Link.objects.get(from_ticket=duplicate.pk).sort == "duplicate_of"


def test_an_end_user_may_withdraw_but_not_judge(alice: User, charlie: User) -> None:
    incident = IncidentFactory(caller=charlie)

    with pytest.raises(NotAllowed):
        actions.cancel(incident, actor=charlie, reason="not_an_incident")
    assert actions.cancel(incident, actor=charlie, reason="withdrawn").state == "canceled"


def test_what_was_held_until_a_moment_resumes_at_it(alice: User) -> None:
    incident = IncidentFactory(at_state="in_progress", assignee=alice)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        actions.hold(
            incident,
            actor=alice,
            reason="awaiting_vendor",
            vendor_reference="4711",
            resume_at=timezone.now() + timedelta(hours=1),
        )
        chores.resume_held()
        incident.refresh_from_db()
        assert incident.state == "on_hold"

        clock.shift(timedelta(hours=1, seconds=1))
        chores.resume_held()

    incident.refresh_from_db()
    assert incident.state == "in_progress"


@pytest.mark.parametrize(
    ("days_of_service", "major", "shifted", "state"),
    [
        (7, False, timedelta(days=8), "resolved"),
        (7, False, timedelta(days=12), "closed"),
        (1, False, timedelta(days=4), "closed"),
        (0, False, timedelta(days=400), "resolved"),
        (7, True, timedelta(days=400), "resolved"),
    ],
)
def test_a_resolved_incident_closes_after_its_services_business_days(
    days_of_service: int, major: bool, shifted: timedelta, state: str, alice: User
) -> None:
    service = ServiceFactory(auto_close_after=days_of_service)
    incident = IncidentFactory(service=service, major=major)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        actions.resolve(incident, actor=alice, code="fixed", notes="Done.")
        clock.shift(shifted)

        chores.close_resolved()

    incident.refresh_from_db()
    assert incident.state == state


def test_the_priority_follows_impact_and_urgency_until_a_manager_sets_it(
    alice: User, mona: User
) -> None:
    incident = edit(ticket=IncidentFactory(), actor=alice, changes={"impact": 1, "urgency": 1})
    assert incident.priority == 1

    incident = override_priority(ticket=incident, actor=mona, priority=4, reason="A test system.")
    incident = edit(ticket=incident, actor=alice, changes={"urgency": 2})
    assert (incident.priority, incident.priority_reason) == (4, "A test system.")
    with pytest.raises(NotAllowed):
        override_priority(ticket=incident, actor=alice, priority=1, reason="I say so.")


def test_tickets_cannot_stand_below_themselves(alice: User) -> None:
    first = IncidentFactory()
    second = IncidentFactory(parent=first)

    with pytest.raises(Invalid, match="below itself"):
        edit(ticket=first, actor=alice, changes={"parent": second})
