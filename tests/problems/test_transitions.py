"""The transition table of problems: what is not listed is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from itsm.approvals.actions import hash_of
from itsm.approvals.models import Approval, Stage, Vote
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.core.models import Event
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.actions import link
from itsm.tickets.models import Link, Task
from problems.actions import add_task
from problems.actions.risking import in_a_year, picture_of
from problems.models import Problem
from problems.workflow import workflow
from tests.factories import ChangeFactory, IncidentFactory, ProblemFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

STATES = list(workflow.states)
OPEN = STATES[:4]
ENDED = STATES[4:]
TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()

TOLD = ("publish_workaround", "publish_cause", "withdraw")

GIVEN: dict[str, dict[str, Any]] = {
    "assign": {"assignee": "bob"},
    "unassign": {},
    "assess": {},
    "confirm": {},
    "duplicate": {"duplicate_of": "PRB-1"},
    "cancel": {"reason": "It is meant to be so."},
    "fix": {"cause": "A pool that is too small."},
    "propose_risk": {"reason": "It is switched off soon.", "expires_on": TOMORROW},
    "accept_risk": {},
    "resolve": {"notes": "A larger pool.", "no_change_reason": "The vendor did it."},
    "close": {},
    "publish_workaround": {"workaround": "Restart the pool at noon."},
    "publish_cause": {"cause": "A pool that is too small."},
    "withdraw": {"reason": "It does not help."},
    "reanalyze": {"reason": "It is not gone."},
    "recur": {},
    "expire_risk": {},
}
LEADS_TO = {
    **{("assign", state): state for state in OPEN},
    ("unassign", "new"): "new",
    ("assess", "new"): "assess",
    ("confirm", "assess"): "rca",
    ("duplicate", "assess"): "closed",
    ("cancel", "assess"): "canceled",
    ("fix", "rca"): "fix_in_progress",
    ("propose_risk", "rca"): "rca",
    ("propose_risk", "fix_in_progress"): "fix_in_progress",
    ("accept_risk", "rca"): "closed",
    ("accept_risk", "fix_in_progress"): "closed",
    ("resolve", "fix_in_progress"): "resolved",
    ("close", "resolved"): "closed",
    **{(verb, state): state for verb in TOLD for state in (*OPEN, "closed")},
    **{("reanalyze", state): "rca" for state in ENDED},
    **{("recur", state): "rca" for state in ENDED},
    ("expire_risk", "closed"): "rca",
}
CODES = {
    "duplicate": "duplicate",
    "cancel": "not_a_problem",
    "accept_risk": "risk_accepted",
    "resolve": "fix_applied",
    "close": "fix_applied",
}


def problem_in(state: str, verb: str, alice: User, **given: Any) -> Problem:
    """A problem in this state, as the verb needs it to be."""
    now = timezone.now()
    known: dict[str, Any] = {
        "close": {"observe_until": now, "resolved_at": now, "resolution_code": "fix_applied"},
        "recur": {"resolution_code": "fix_applied"},
        "accept_risk": {"risk_expires_on": date.fromisoformat(TOMORROW), "risk_reason": "So."},
        "expire_risk": {
            "risk_expires_on": timezone.localdate(),
            "resolution_code": "risk_accepted",
        },
    }
    if verb in TOLD and state == "closed":  # what is lived with is told of still
        known[verb] = known["expire_risk"]
    if verb == "withdraw":
        published = {"known_error_at": now, "cause_published_at": now}
        known[verb] = known.get(verb, {}) | published
    made: Problem = ProblemFactory(
        at_state=state, **{"assignee": alice, **known.get(verb, {})} | given
    )
    if verb == "duplicate":
        ProblemFactory(number="PRB-1")
    if verb == "accept_risk":
        grant(made, UserFactory(username="mona", role="manager"))
    return made


def grant(problem: Problem, by: User) -> None:
    """Somebody has agreed to the risk as it is proposed now."""
    approval = Approval.objects.create(
        ticket=problem,
        purpose="accept_risk",
        state="approved",
        snapshot_hash=hash_of(picture_of(problem)),
    )
    stage = Stage.objects.create(approval=approval, position=0, name="Managers")
    Vote.objects.create(stage=stage, user=by, state="approved", cast_by=by)


def perform(problem: Problem, verb: str, actor: User, **given: Any) -> Any:
    return workflow.transitions[verb].perform_with(problem, actor=actor, given=GIVEN[verb] | given)


@pytest.fixture(autouse=True)
def _bob(bob: User) -> None:
    """Whom problems are given to."""


def test_the_workflow_has_no_verb_that_this_table_does_not_know() -> None:
    assert set(workflow.transitions) == set(GIVEN)


@pytest.mark.parametrize(("verb", "state"), LEADS_TO, ids=lambda each: each)
def test_a_listed_transition_leads_where_the_table_says(
    verb: str, state: str, alice: User, mona: User
) -> None:
    problem = problem_in(state, verb, alice)

    moved = perform(problem, verb, mona)

    assert moved.state == LEADS_TO[verb, state]
    assert moved.phase == workflow.states[moved.state].phase
    kept = "risk_accepted" if verb in TOLD and state == "closed" else ""
    assert moved.resolution_code == CODES.get(verb, kept)
    told = Event.objects.get(name=workflow.transitions[verb].event, subject_id=problem.pk)
    assert (told.data["from"], told.data["to"]) == (state, moved.state)


@pytest.mark.parametrize(
    ("verb", "state"),
    [(verb, state) for verb in GIVEN for state in STATES if (verb, state) not in LEADS_TO],
)
def test_any_other_transition_is_refused_and_the_refusal_is_logged(
    verb: str, state: str, alice: User, mona: User
) -> None:
    problem = problem_in(state, verb, alice)

    with pytest.raises(Refused):
        perform(problem, verb, mona)

    problem.refresh_from_db()
    assert problem.state == state
    refused = Event.objects.filter(name="problem.transition_refused", subject_id=problem.pk)
    assert refused.exists()


@pytest.mark.parametrize("verb", GIVEN)
def test_end_users_and_auditors_move_no_problem_and_agents_all_but_one(
    verb: str, alice: User, charlie: User, audrey: User
) -> None:
    state = next(state for known, state in LEADS_TO if known == verb)
    problem = problem_in(state, verb, alice)

    assert workflow.transitions[verb].permits(problem, alice) == (verb != "reanalyze")
    for outsider in (charlie, audrey):
        with pytest.raises(NotAllowed):
            perform(problem, verb, outsider)


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("duplicate", "assess"),
        ("cancel", "assess"),
        ("accept_risk", "rca"),
        ("close", "resolved"),
    ],
)
def test_what_is_over_leaves_no_task_open(verb: str, state: str, alice: User) -> None:
    problem = problem_in(state, verb, alice)
    add_task(problem=problem, actor=alice, title="Read the logs", sort="analysis")

    perform(problem, verb, alice)

    assert Task.objects.get(ticket=problem.pk).state == "canceled"


class TestCoordinating:
    def test_whoever_assesses_it_coordinates_it_unless_somebody_does(
        self, alice: User, bob: User
    ) -> None:
        assert perform(ProblemFactory(), "assess", alice).assignee == alice
        assert perform(ProblemFactory(assignee=bob), "assess", alice).assignee == bob
        named = perform(ProblemFactory(), "assess", alice, coordinator="bob")
        assert named.assignee == bob

    def test_a_program_needs_somebody_to_coordinate(self) -> None:
        with pytest.raises(Refused) as refusal:
            perform(ProblemFactory(), "assess", system_user())

        assert refusal.value.field == "coordinator"

    def test_a_problem_at_work_is_never_without_coordinator(self, alice: User) -> None:
        TeamFactory(slug="network")
        problem = problem_in("rca", "assign", alice)

        with pytest.raises(Invalid) as refusal:
            perform(problem, "assign", alice, team="network", assignee="")

        assert refusal.value.field == "assignee"


class TestDuplicates:
    def test_links_people_and_incidents_move_to_the_original(self, alice: User, bob: User) -> None:
        problem = problem_in("assess", "duplicate", alice, fingerprints=["1:a"])
        incident = IncidentFactory(problem=problem)
        change = ChangeFactory()
        link(ticket=problem, other=change, sort="fixed_by", actor=alice)

        perform(problem, "duplicate", alice)

        original = Problem.objects.get(number="PRB-1")
        incident.refresh_from_db()
        assert incident.problem_id == original.pk
        assert original.open_incidents == 1
        sorts = Link.objects.values_list("from_ticket", "to_ticket", "sort")
        assert set(sorts) == {
            (original.pk, change.pk, "fixed_by"),
            (problem.pk, original.pk, "duplicate_of"),
        }

    @pytest.mark.parametrize("what", ["itself", "an incident", "a duplicate"])
    def test_only_another_problem_can_be_the_original(self, what: str, alice: User) -> None:
        problem = problem_in("assess", "", alice)
        others: dict[str, Any] = {
            "itself": problem,
            "an incident": IncidentFactory(),
            "a duplicate": ProblemFactory(at_state="closed", resolution_code="duplicate"),
        }

        with pytest.raises(Invalid) as refusal:
            perform(problem, "duplicate", alice, duplicate_of=others[what].number)

        assert refusal.value.field == "duplicate_of"


class TestFixing:
    def test_a_cause_is_needed_and_may_be_written_down_before(self, alice: User) -> None:
        with pytest.raises(Invalid) as refusal:
            perform(problem_in("rca", "fix", alice), "fix", alice, cause="")
        known = problem_in("rca", "fix", alice, cause="The pool.")

        assert refusal.value.field == "cause"
        assert perform(known, "fix", alice, cause="").cause == "The pool."

    def test_without_a_change_a_reason_is_needed(self, alice: User) -> None:
        problem = problem_in("fix_in_progress", "resolve", alice)
        with pytest.raises(Invalid) as refusal:
            perform(problem, "resolve", alice, no_change_reason="")
        assert refusal.value.field == "no_change_reason"

        link(ticket=problem, other=closed_change("successful"), sort="fixed_by", actor=alice)

        assert perform(problem, "resolve", alice, no_change_reason="").state == "resolved"

    @pytest.mark.parametrize("how", ["open", "unsuccessful", "rolled_back", "canceled"])
    def test_every_change_that_is_to_fix_it_must_have_succeeded(
        self, how: str, alice: User
    ) -> None:
        problem = problem_in("fix_in_progress", "resolve", alice)
        change = (
            ChangeFactory(at_state="scheduled")
            if how == "open"
            else ChangeFactory(at_state="canceled")
            if how == "canceled"
            else closed_change(how)
        )
        for each in (closed_change("successful"), change):
            link(ticket=problem, other=each, sort="fixed_by", actor=alice)

        with pytest.raises(Refused, match=change.number):
            perform(problem, "resolve", alice)

    def test_it_is_watched_for_as_long_as_was_said(self, alice: User) -> None:
        problem = perform(problem_in("fix_in_progress", "resolve", alice), "resolve", alice)
        soon = perform(
            problem_in("fix_in_progress", "resolve", alice), "resolve", alice, observe_days=3
        )

        assert problem.observe_until - problem.resolved_at == timedelta(days=14)
        assert soon.observe_until - soon.resolved_at == timedelta(days=3)
        with pytest.raises(Refused):
            perform(soon, "close", alice)
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
            assert perform(soon, "close", alice).state == "closed"

    def test_what_happened_again_is_not_closed(self, alice: User) -> None:
        problem = problem_in("resolved", "close", alice)
        IncidentFactory(problem=problem, opened_at=timezone.now() + timedelta(minutes=1))

        with pytest.raises(Refused):
            perform(problem, "close", alice)


class TestRisk:
    @pytest.mark.parametrize("days", [0, -1, 367])
    def test_it_is_accepted_for_a_year_at_most(self, days: int, alice: User) -> None:
        day = (timezone.localdate() + timedelta(days=days)).isoformat()
        with pytest.raises(Invalid) as refusal:
            perform(problem_in("rca", "", alice), "propose_risk", alice, expires_on=day)

        assert refusal.value.field == "expires_on"

    def test_a_year_of_a_leap_day_has_an_end(self) -> None:
        assert in_a_year(date(2028, 2, 29)) == date(2029, 2, 28)

    def test_its_coordinator_does_not_accept_it(self, alice: User) -> None:
        problem = problem_in("rca", "", alice, risk_expires_on=date.fromisoformat(TOMORROW))
        grant(problem, alice)

        with pytest.raises(Refused):
            perform(problem, "accept_risk", system_user())

    def test_only_what_was_agreed_to_is_accepted(self, alice: User, mona: User) -> None:
        problem = problem_in("rca", "", alice, risk_expires_on=date.fromisoformat(TOMORROW))
        grant(problem, mona)
        Problem.objects.filter(pk=problem.pk).update(cause="Another one")

        with pytest.raises(Refused):
            perform(problem, "accept_risk", system_user())

    def test_a_risk_that_is_not_over_does_not_expire(self, alice: User) -> None:
        problem = problem_in("closed", "expire_risk", alice)
        Problem.objects.filter(pk=problem.pk).update(risk_expires_on=TOMORROW)

        with pytest.raises(Refused):
            perform(problem, "expire_risk", system_user())


@pytest.mark.parametrize("verb", TOLD)
@pytest.mark.parametrize("code", ["fix_applied", "duplicate"])
def test_nothing_is_published_of_what_is_over(verb: str, code: str, alice: User) -> None:
    problem = ProblemFactory(at_state="closed", resolution_code=code)

    assert not workflow.transitions[verb].open_to(problem, alice)
    with pytest.raises(Refused):
        perform(problem, verb, alice)


@pytest.mark.parametrize("code", ["risk_accepted", "duplicate"])
def test_what_was_never_fixed_does_not_recur(code: str, alice: User) -> None:
    problem = ProblemFactory(
        at_state="closed", resolution_code=code, risk_expires_on=timezone.localdate()
    )

    with pytest.raises(Refused):
        perform(problem, "recur", system_user())


def closed_change(code: str) -> Any:
    return ChangeFactory(at_state="closed", close_code=code)
