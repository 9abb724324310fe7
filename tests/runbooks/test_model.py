"""Any order of alerts, failures, people and hours: what keeps runs from harm always holds."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from itsm.automation.actions import (
    accept_run,
    let_go_on,
    settle_run,
    start_run,
    stop_everything,
    working,
)
from itsm.automation.executors import failed, succeeded, unknown
from itsm.automation.gates import probes
from itsm.automation.models import AT_WORK, Breaker, Run, RunbookVersion, RunBudget
from itsm.people.models import User
from tests.factories import IncidentFactory
from tests.runbooks.conftest import RESTART, Remembering, Write

pytestmark = pytest.mark.django_db

BUDGET = 3
HOUR = timedelta(hours=1)
HEALING = RESTART + "verification: {by: alert, every: 60}\n"
OUTCOMES = {"good": succeeded(), "bad": failed("no"), "lost": unknown("who knows")}
hosts = st.sampled_from(["web-1", "web-2"])


class Healing(RuleBasedStateMachine):
    """A service that breaks, a runbook, and time that only goes forward."""

    version: RunbookVersion
    executor: Remembering
    actor: User
    manager: User
    incident: Any

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 27, 10, tzinfo=timezone.get_current_timezone())
        self.count = 0
        self.is_healthy: bool | None = True
        self.is_stopped = False
        self.seen: dict[int, list[bool | None]] = defaultdict(list)
        self.begun: dict[int, bool] = {}

    @initialize()
    def fresh(self) -> None:
        Run.objects.all().delete()
        Breaker.objects.all().delete()
        probes._entries["alert"] = self.probe

    def probe(self, run: Run, _verification: Any) -> bool | None:
        self.seen[run.pk].append(self.is_healthy)
        return self.is_healthy

    def work(self, outcome: str = "good") -> None:
        self.executor.answers = [OUTCOMES[outcome]] * 50
        with time_machine.travel(self.now, tick=False):
            working.run_owed()
        for run in Run.objects.filter(started_at=self.now).exclude(pk__in=self.begun):
            self.begun[run.pk] = run.is_supervised
            self.judge_start(run)

    def judge_start(self, run: Run) -> None:
        """No run begins while all is stopped, nor by itself after two failures in an hour."""
        assert not self.is_stopped
        closed = Run.objects.filter(state="verified", is_supervised=True, ended_at__lte=self.now)
        last_closed = closed.order_by("-ended_at").values_list("ended_at", flat=True).first()
        since = max(filter(None, (self.now - HOUR, last_closed)))
        failures = Run.objects.filter(
            state__in=("failed", "rolled_back"), ended_at__gt=since, ended_at__lt=self.now
        )
        if not run.is_supervised:
            assert failures.filter(target=run.target).count() < 2
            assert failures.count() < 2

    @rule(host=hosts)
    def alert(self, host: str) -> None:
        self.count += 1
        with time_machine.travel(self.now, tick=False):
            start_run(
                version=self.version,
                parameters={"host": host},
                key=f"model:{self.count}",
                actor=self.actor,
                ticket=self.incident,
                origin="healing",
            )

    @rule(minutes=st.sampled_from([1, 2, 15, 61]), outcome=st.sampled_from(sorted(OUTCOMES)))
    def time_passes(self, minutes: int, outcome: str) -> None:
        for _step in range(min(minutes, 4)):
            self.now += timedelta(minutes=minutes) / min(minutes, 4)
            self.work(outcome)

    @rule(is_healthy=st.sampled_from([True, False, None]))
    def health_changes(self, is_healthy: bool | None) -> None:
        self.is_healthy = is_healthy

    @rule()
    def somebody_tries_it(self) -> None:
        blocked = Run.objects.filter(state="blocked", is_supervised=False).first()
        if blocked is not None:
            with time_machine.travel(self.now, tick=False):
                accept_run(run=blocked, actor=self.actor)
            self.work()

    @rule(is_done=st.booleans())
    def somebody_looks(self, is_done: bool) -> None:
        run = Run.objects.filter(waits_for="word").first()
        if run is not None:
            with time_machine.travel(self.now, tick=False):
                settle_run(run=run, actor=self.actor, is_done=is_done, why="Seen.")

    @rule()
    def switch(self) -> None:
        with time_machine.travel(self.now, tick=False):
            if self.is_stopped:
                let_go_on(actor=self.manager)
            else:
                stop_everything(actor=self.actor)
        self.is_stopped = not self.is_stopped

    @invariant()
    def one_run_holds_a_target(self) -> None:
        held = list(Run.objects.filter(state__in=AT_WORK).values_list("target", flat=True))
        assert len(held) == len(set(held))

    @invariant()
    def no_hour_has_more_runs_than_the_budget(self) -> None:
        begun = Run.objects.values_list("started_at", flat=True)
        starts = sorted(each for each in begun if each is not None)
        for place, start in enumerate(starts):
            assert sum(1 for each in starts[place:] if each - start < HOUR) <= BUDGET

    @invariant()
    def nothing_is_verified_without_samples(self) -> None:
        for run in Run.objects.filter(state="verified"):
            assert self.seen[run.pk][-3:] == [True, True, True]

    @invariant()
    def what_is_over_holds_nothing(self) -> None:
        assert not Run.objects.filter(ended_at__isnull=False, claim__isnull=False).exists()
        assert not Run.objects.filter(ended_at__isnull=False, due_at__isnull=False).exists()


@pytest.fixture
def machine(
    write: Write, remembering: Remembering, alice: User, mona: User
) -> Iterator[type[Healing]]:
    """The machine, with the world it works on."""
    RunBudget.objects.create(tier=3, runs_an_hour=BUDGET)
    Healing.version = write(HEALING, policy="auto", cooldown=timedelta(0), is_mutating=False)
    Healing.executor, Healing.actor, Healing.manager = remembering, alice, mona
    Healing.incident = IncidentFactory()
    before = probes._entries["alert"]
    yield Healing
    probes._entries["alert"] = before


def test_whatever_happens_runs_do_no_harm(
    machine: type[Healing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("itsm.automation.selectors.runs.is_healthy_by_alerts", lambda _run: False)

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
