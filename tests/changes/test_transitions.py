"""The transition table of changes: what is not listed is refused."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from changes import actions
from changes.models import Change
from changes.workflow import workflow
from itsm.approvals.models import Approval
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.core.models import Event
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.actions import edit, link
from itsm.tickets.models import Task, TaskState
from tests.factories import (
    ChangeFactory,
    ConfigurationItemFactory,
    IncidentFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

STATES = list(workflow.states)
OPEN = STATES[:6]

GIVEN: dict[str, dict[str, Any]] = {
    "assign": {"assignee": "alice"},
    "unassign": {},
    "submit": {},
    "endorse": {},
    "authorize": {},
    "reject": {"reason": "The plan is thin."},
    "revise": {},
    "lapse": {},
    "start": {},
    "bypass": {"outcome": "ok", "reason": "Nobody had agreed to it."},
    "complete": {"outcome": "ok"},
    "close": {"code": "successful", "notes": "All is well."},
    "cancel": {"reason": "No longer wanted."},
    "hold": {"reason": "The vendor is on holiday."},
    "release": {},
}
LEADS_TO = {
    **{("assign", state): state for state in OPEN},
    **{("unassign", state): state for state in OPEN},
    ("submit", "new"): "assess",
    ("endorse", "assess"): "authorize",
    ("authorize", "authorize"): "scheduled",
    ("reject", "assess"): "new",
    ("reject", "authorize"): "new",
    **{("revise", state): "new" for state in ("assess", "authorize", "scheduled")},
    ("lapse", "scheduled"): "new",
    ("start", "scheduled"): "implement",
    **{("bypass", state): "review" for state in STATES[:4]},
    ("complete", "implement"): "review",
    ("close", "review"): "closed",
    **{("cancel", state): "canceled" for state in STATES[:5]},
    **{("hold", state): state for state in OPEN},
    **{("release", state): state for state in OPEN},
}
OUTCOME = {"review": "ok"}


def change_in(state: str, verb: str = "", **given: Any) -> Change:
    """A change in this state, as the verb needs it to be; a scheduled one has everybody's leave."""
    now = {"start": timedelta(0), "lapse": timedelta(days=-1)}.get(verb, timedelta(days=1))
    held = {"on_hold": True, "hold_reason": "Wait."} if verb == "release" else {}
    held |= {"assignee": UserFactory()} if verb == "unassign" else {}
    change = ChangeFactory(
        at_state=state, starts_in=now, outcome=OUTCOME.get(state, ""), **held | given
    )
    if state == "scheduled":
        Approval.objects.create(ticket=change, purpose="authorize", state="approved")
    return change


def perform(change: Change, verb: str, actor: User, **given: Any) -> Any:
    return workflow.transitions[verb].perform_with(change, actor=actor, given=GIVEN[verb] | given)


def test_the_workflow_has_no_verb_that_this_table_does_not_know() -> None:
    assert set(workflow.transitions) == set(GIVEN)


@pytest.mark.parametrize(("verb", "state"), LEADS_TO, ids=lambda each: each)
def test_a_listed_transition_leads_where_the_table_says(verb: str, state: str, alice: User) -> None:
    change = change_in(state, verb)

    moved = perform(change, verb, alice)

    assert moved.state == LEADS_TO[verb, state]
    assert moved.phase == workflow.states[moved.state].phase
    told = Event.objects.get(name=workflow.transitions[verb].event, subject_id=change.pk)
    assert (told.data["from"], told.data["to"]) == (state, moved.state)


@pytest.mark.parametrize(
    ("verb", "state"),
    [(verb, state) for verb in GIVEN for state in STATES if (verb, state) not in LEADS_TO],
)
def test_any_other_transition_is_refused_and_the_refusal_is_logged(
    verb: str, state: str, alice: User
) -> None:
    change = change_in(state, verb)

    with pytest.raises(Refused):
        perform(change, verb, alice)

    change.refresh_from_db()
    assert change.state == state
    assert Event.objects.filter(name="change.transition_refused", subject_id=change.pk).exists()


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("verb", GIVEN)
def test_end_users_and_auditors_move_no_change(verb: str, charlie: User, audrey: User) -> None:
    state = next(state for known, state in LEADS_TO if known == verb)

    for outsider in (charlie, audrey):
        with pytest.raises(NotAllowed):
            perform(change_in(state, verb), verb, outsider)


class TestSubmitting:
    @pytest.mark.parametrize("plan", ["implementation_plan", "test_plan", "backout_plan"])
    def test_a_normal_change_needs_every_plan(self, plan: str, alice: User) -> None:
        with pytest.raises(Invalid) as refusal:
            perform(change_in("new", **{plan: "  "}), "submit", alice)

        assert refusal.value.field == plan

    def test_a_normal_change_needs_a_service_or_a_component(self, alice: User) -> None:
        change = change_in("new", service=None)
        with pytest.raises(Invalid):
            perform(change, "submit", alice)

        change.configuration_items.add(ConfigurationItemFactory())
        assert perform(change, "submit", alice).state == "assess"

    def test_every_change_needs_a_time(self, alice: User) -> None:
        with pytest.raises(Invalid):
            perform(change_in("new", planned_start=None, planned_end=None), "submit", alice)

    def test_an_emergency_needs_a_grave_incident_or_a_reason(self, alice: User) -> None:
        change = change_in("new", type="emergency")
        link(ticket=change, other=IncidentFactory(priority=3), actor=alice)
        with pytest.raises(Refused):
            perform(change, "submit", alice)

        link(ticket=change, other=IncidentFactory(priority=2), actor=alice)

        assert perform(change, "submit", alice).state == "authorize"

    def test_what_was_done_in_an_emergency_may_be_told_afterwards(self, alice: User) -> None:
        change = change_in("new", type="emergency")

        moved = perform(change, "submit", alice, retroactive_reason="The disk was full.")

        assert (moved.state, moved.retroactive_reason) == ("authorize", "The disk was full.")

    def test_an_unauthorised_change_is_not_submitted(self, alice: User) -> None:
        with pytest.raises(Refused):
            perform(change_in("new", type="unauthorised"), "submit", alice)


class TestEditing:
    @pytest.mark.parametrize("state", ["assess", "authorize"])
    def test_a_material_edit_sends_it_back(self, state: str, alice: User) -> None:
        change = change_in(state)

        edit(ticket=change, actor=alice, changes={"backout_plan": "Restore the backup."})

        change.refresh_from_db()
        assert (change.state, change.edited_by) == ("new", alice)
        assert Event.objects.filter(name="change.revised", subject_id=change.pk).exists()

    @pytest.mark.parametrize("changes", [{"title": "Better words"}, {"reason": "They asked."}])
    def test_words_alone_do_not(self, changes: dict[str, str], alice: User) -> None:
        change = change_in("assess")

        edit(ticket=change, actor=alice, changes=changes)

        change.refresh_from_db()
        assert change.state == "assess"

    def test_other_components_are_a_material_edit_too(self, alice: User) -> None:
        change = change_in("authorize")

        edit(
            ticket=change,
            actor=alice,
            changes={"configuration_items": [ConfigurationItemFactory()]},
        )

        change.refresh_from_db()
        assert change.state == "new"

    def test_the_risk_is_computed_anew(self, alice: User) -> None:
        change = change_in("new")

        edit(ticket=change, actor=alice, changes={"irreversible": True})

        change.refresh_from_db()
        assert {"name": "irreversible", "points": 15} in change.risk_contributions

    def test_what_belongs_to_incidents_cannot_be_edited(self, alice: User) -> None:
        with pytest.raises(Invalid):
            edit(ticket=change_in("new"), actor=alice, changes={"subcategory": "x"})


class TestHolding:
    @pytest.mark.parametrize(
        ("verb", "state"),
        [("submit", "new"), ("endorse", "assess"), ("authorize", "authorize"),
         ("start", "scheduled")],
    )  # fmt: skip
    def test_nothing_moves_while_it_is_held(self, verb: str, state: str, alice: User) -> None:
        change = change_in(state, verb, on_hold=True, hold_reason="Wait.")

        with pytest.raises(Refused, match="on hold"):
            perform(change, verb, alice)

    def test_the_page_offers_what_the_flag_allows_and_nothing_else(
        self, alice: User, client: Client
    ) -> None:
        """In buttons and in the menu of states, which the palette opens too."""
        change = change_in("new")
        client.force_login(alice)

        def offered(pattern: str) -> set[str]:
            page = client.get(f"/changes/{change.number}/").content.decode()
            return set(re.findall(pattern, page)) - {"assign", "unassign"}

        buttons, menu = rf"/changes/{change.number}/do/(\w+)/", r'data-what="(\w+)" data-from'
        at_large = {"submit", "hold", "cancel"}
        assert (offered(buttons), offered(menu) & {"hold", "release"}) == (at_large, {"hold"})

        perform(change, "hold", alice)
        held = {"release", "cancel"}
        assert (offered(buttons), offered(menu) & {"hold", "release"}) == (held, {"release"})

        perform(change, "release", alice)
        assert offered(buttons) == at_large

    def test_cancelling_takes_the_flag_away(self, alice: User) -> None:
        moved = perform(change_in("assess", on_hold=True, hold_reason="Wait."), "cancel", alice)

        assert (moved.state, moved.on_hold, moved.hold_reason) == ("canceled", False, "")


class TestRunning:
    def test_it_starts_in_its_time_only(self, alice: User) -> None:
        with pytest.raises(Refused, match="not the time"):
            perform(change_in("scheduled"), "start", alice)

    def test_only_a_process_manager_starts_it_against_the_plan(
        self, alice: User, mona: User
    ) -> None:
        reason = {"override_reason": "The shop is empty now."}
        with pytest.raises(Refused):
            perform(change_in("scheduled"), "start", alice, **reason)

        assert perform(change_in("scheduled"), "start", mona, **reason).state == "implement"

    def test_another_change_on_the_same_component_is_in_the_way(self, alice: User) -> None:
        item = ConfigurationItemFactory()
        change, other = change_in("scheduled", "start"), change_in("implement", "start")
        for each in (change, other):
            each.configuration_items.add(item)

        with pytest.raises(Refused, match=other.number):
            perform(change, "start", alice)

    def test_starting_makes_the_two_tasks(self, alice: User) -> None:
        moved = perform(change_in("scheduled", "start"), "start", alice)

        assert [each.sort for each in moved.tasks.order_by("position")] == [
            "implementation",
            "testing",
        ]

    def test_tasks_of_people_must_be_finished_first(self, alice: User) -> None:
        change = change_in("implement")
        task = actions.add_task(change=change, actor=alice, title="Warm the caches")
        with pytest.raises(Refused, match="Warm the caches"):
            perform(change, "complete", alice)

        actions.finish_task(task=task, actor=alice)

        assert perform(change, "complete", alice).state == "review"

    def test_what_failed_says_what_happened(self, alice: User) -> None:
        with pytest.raises(Invalid):
            perform(change_in("implement"), "complete", alice, outcome="failed")

    def test_it_is_watched_the_longer_the_more_depends_on_it(self, alice: User) -> None:
        minor, critical = (
            change_in("implement", service=ServiceFactory(tier=tier)) for tier in (4, 1)
        )

        watched = [
            perform(each, "complete", alice).watch_until - timezone.now()
            for each in (minor, critical)
        ]

        assert watched[0] < timedelta(minutes=61) < timedelta(hours=3) < watched[1]

    def test_what_was_not_started_lapses(self) -> None:
        change = change_in("scheduled", "lapse")

        moved = actions.lapse(change, actor=system_user())

        assert moved.state == "new"

    def test_what_is_still_to_come_does_not_lapse(self) -> None:
        with pytest.raises(Refused):
            actions.lapse(change_in("scheduled"), actor=system_user())


class TestClosing:
    @pytest.mark.parametrize(
        ("outcome", "code"),
        [("ok", "unsuccessful"), ("failed", "successful"), ("rolled_back", "successful")],
    )
    def test_the_code_agrees_with_how_it_went(self, outcome: str, code: str, alice: User) -> None:
        change = ChangeFactory(at_state="review", outcome=outcome)

        with pytest.raises(Invalid):
            perform(change, "close", alice, code=code, review="We learned.")

    @pytest.mark.parametrize(
        "unusual", [{"type": "emergency"}, {"outcome": "failed"}, {"outcome": "rolled_back"}]
    )
    def test_the_unusual_needs_a_review(self, unusual: dict[str, str], alice: User) -> None:
        given = {"outcome": "ok"} | unusual
        codes = {"ok": "successful", "failed": "unsuccessful", "rolled_back": "rolled_back"}
        change = ChangeFactory(at_state="review", **given)
        code = codes[given["outcome"]]
        with pytest.raises(Invalid) as refusal:
            perform(change, "close", alice, code=code)
        assert refusal.value.field == "review"

        moved = perform(change, "close", alice, code=code, review="Test on the real data first.")

        assert moved.reviewed_at is not None

    def test_what_caused_an_incident_was_not_simply_successful(self, alice: User) -> None:
        change = change_in("review")
        IncidentFactory(caused_by_change=change, caused_by_provenance="confirmed")

        with pytest.raises(Invalid, match="with issues"):
            perform(change, "close", alice, review="We learned.")

    def test_cancelling_cancels_its_tasks(self, alice: User) -> None:
        change = change_in("new")
        actions.add_task(change=change, actor=alice, title="Warm the caches")

        perform(change, "cancel", alice)

        assert Task.objects.get().state == TaskState.CANCELED
