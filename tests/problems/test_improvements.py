"""The register of improvements: its transition table, and that it is judged by its numbers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import User
from problems.actions.reviewing import add_action
from problems.improvements.models import Improvement
from problems.improvements.workflow import workflow
from tests.factories import ImprovementFactory, IncidentFactory, ProblemFactory, UserFactory
from tests.world_of_improvements import BEFORE, JUDGED

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
STATES = list(workflow.states)
OPEN = STATES[:7]
GIVEN: dict[str, dict[str, Any]] = {
    "assign": {"assignee": "mona"},
    "unassign": {},
    "accept": {},
    "assess": {"kpi": "backlog", "target": 0},
    "approve": {},
    "start": {},
    "hold": {"reason": "Nobody has time."},
    "resume": {},
    "review": {},
    "continue": {},
    "close": {"decision": "We keep it."},
    "give_up": {"decision": "It is too dear."},
}
LEADS_TO = {
    **{("assign", state): state for state in OPEN},
    **{("unassign", state): state for state in OPEN},
    ("accept", "new"): "accepted",
    ("assess", "accepted"): "assess",
    ("assess", "assess"): "assess",
    ("approve", "assess"): "approved",
    ("start", "approved"): "in_progress",
    **{("hold", state): "on_hold" for state in ("accepted", "assess", "approved", "in_progress")},
    ("resume", "on_hold"): "in_progress",
    ("review", "in_progress"): "review",
    ("continue", "review"): "in_progress",
    ("close", "review"): "closed",
    **{("give_up", state): "closed_incomplete" for state in OPEN},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", sorted(GIVEN))
def test_only_the_table_moves_an_improvement(
    verb: str, state: str, alice: User, mona: User
) -> None:
    IncidentFactory()
    frozen = {"baseline_at": datetime(2026, 1, 1, tzinfo=UTC), **JUDGED, **BEFORE}
    improvement = ImprovementFactory(at_state=state, assignee=alice, **frozen)
    transition = workflow.transitions[verb]
    if (verb, state) not in LEADS_TO:
        with pytest.raises(Refused):
            transition.perform_with(improvement, actor=mona, given=GIVEN[verb])
        return

    moved = transition.perform_with(improvement, actor=mona, given=GIVEN[verb])

    assert moved.state == LEADS_TO[verb, state]


def do(improvement: Improvement, verb: str, actor: User, **given: Any) -> Improvement:
    done: Any = workflow.transitions[verb].perform_with(improvement, actor=actor, given=given)
    assert isinstance(done, Improvement)
    return done


def resolved(count: int, *, hours: float, until: datetime) -> None:
    """So many incidents resolved in the days before, in about so many hours each."""
    for place in range(count):
        opened = until - timedelta(hours=place + hours + 2)
        took = timedelta(hours=hours + place / 100)
        IncidentFactory(at_state="closed", opened_at=opened, resolved_at=opened + took)


@pytest.fixture
def idea(alice: User, mona: User) -> Improvement:
    """Resolve in six hours rather than in ten, approved and at work."""
    resolved(12, hours=10, until=NOW)
    with time_machine.travel(NOW, tick=False):
        improvement: Improvement = ImprovementFactory(assignee=alice)
        improvement = do(improvement, "accept", alice)
        improvement = do(improvement, "assess", alice, kpi="mttr", target=6, days=30)
        improvement = do(improvement, "approve", mona)
    return do(improvement, "start", alice)


class TestJudging:
    def test_the_baseline_is_frozen_when_it_is_approved(self, idea: Improvement) -> None:
        resolved(12, hours=1, until=NOW)

        idea.refresh_from_db()

        assert (idea.target, idea.baseline_count, idea.kpi_version) == (6 * 3600, 12, "1")
        assert idea.baseline == pytest.approx(10.055 * 3600)
        assert (idea.baseline_low or 0) < (idea.baseline or 0) < (idea.baseline_high or 0)

    @pytest.mark.parametrize(
        ("hours", "outcome"), [(5, "achieved"), (8, "partial"), (10, "not"), (12, "not")]
    )
    def test_its_numbers_say_what_came_of_it(
        self, hours: float, outcome: str, idea: Improvement, alice: User
    ) -> None:
        later = NOW + 40 * DAY
        resolved(12, hours=hours, until=later)
        idea = do(idea, "review", alice)

        with time_machine.travel(later, tick=False):
            idea = do(idea, "close", alice, decision="We keep it.")

        assert (idea.state, idea.outcome) == ("closed", outcome)
        assert idea.measured == pytest.approx((hours + 0.055) * 3600)
        assert idea.measured_count == 12

    def test_a_time_is_not_compared_with_itself(self, idea: Improvement, alice: User) -> None:
        idea = do(idea, "review", alice)

        with (
            time_machine.travel(NOW + 20 * DAY, tick=False),
            pytest.raises(Refused, match="Until 1 Dec 2026 the time measured would overlap"),
        ):
            do(idea, "close", alice, decision="It must have helped.")

    def test_a_handful_is_not_judged_by(self, idea: Improvement, alice: User) -> None:
        later = NOW + 40 * DAY
        resolved(3, hours=1, until=later)
        idea = do(idea, "review", alice)

        with (
            time_machine.travel(later, tick=False),
            pytest.raises(Refused, match="has 3 rows in that time; at least 10 are needed"),
        ):
            do(idea, "close", alice, decision="It must have helped.")

    def test_a_target_that_is_reached_is_none(self, alice: User, mona: User) -> None:
        resolved(12, hours=1, until=NOW)
        idea: Improvement = ImprovementFactory(at_state="accepted", assignee=alice)

        with time_machine.travel(NOW, tick=False):
            idea = do(idea, "assess", alice, kpi="mttr", target=6)
            with pytest.raises(Refused, match="The target 6 h is reached already"):
                do(idea, "approve", mona)

    def test_nobody_approves_what_is_ones_own(self, alice: User, mona: User) -> None:
        idea = ImprovementFactory(at_state="assess", opened_by=mona, **JUDGED)

        with pytest.raises(Refused, match="neither proposed nor owns it"):
            do(idea, "approve", mona)
        with pytest.raises(NotAllowed):
            do(idea, "approve", alice)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"kpi": "mood", "target": 1}, "kpi"),
            ({"kpi": "mttr"}, "target"),
            ({"kpi": "mttr", "target": 1, "days": 900}, "days"),
            ({"kpi": "mttr", "target": 1, "team": "nobody"}, "team"),
        ],
    )
    def test_what_it_is_judged_by_must_make_sense(
        self, given: dict[str, Any], field: str, alice: User
    ) -> None:
        idea = ImprovementFactory(at_state="accepted")

        with pytest.raises(Invalid) as refusal:
            do(idea, "assess", alice, **given)

        assert field in refusal.value.errors


def test_an_improvement_is_suggested_on_a_problem_and_found_there(
    client: Client, alice: User, idea: Improvement
) -> None:
    problem = ProblemFactory(confidential=True, assignee=alice)
    client.force_login(alice)
    form = client.get(f"/improvements/new/?from={problem.number}").content.decode()
    assert f'value="{problem.number}"' in form

    given = {"title": "Watch the pool", "origin": "problem", "came_from": problem.number}
    client.post("/improvements/new/", given)

    suggested = Improvement.objects.get(title="Watch the pool")
    assert suggested.confidential
    assert suggested.number in client.get(f"/problems/{problem.number}/").content.decode()
    page = client.get(f"/improvements/{idea.number}/").content.decode()
    assert "Incidents: Time to resolve" not in page
    assert "10 h 3 min" in page
    assert "6 h" in page
    assert 'href="/measures/mttr/?' in page


def test_others_do_not_learn_of_confidential_origins(
    client: Client, bob: User, alice: User
) -> None:
    secret = ProblemFactory(confidential=True, number="PRB-4711")
    told = ImprovementFactory(came_from_id=secret.pk, assignee=UserFactory(role="agent"))
    client.force_login(bob)

    assert "PRB-4711" not in client.get(f"/improvements/{told.number}/").content.decode()


def test_the_actions_of_a_review_flow_into_the_register(alice: User, bob: User) -> None:
    problem = ProblemFactory(assignee=alice)

    add_action(problem=problem, actor=alice, title="Watch the pool", owner=bob)

    idea = Improvement.objects.get()
    assert (idea.title, idea.state, idea.origin) == ("Watch the pool", "new", "problem")
    assert (idea.came_from_id, idea.assignee, idea.opened_by) == (problem.pk, bob, alice)
