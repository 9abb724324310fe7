"""Doing the runs that are due.

PostgreSQL holds the truth: a run is claimed in its row, a step is written down before it is begun,
and whoever was gone for longer than his lease finds that his word is no longer taken.
"""

import hashlib
import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import TracebackType
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.automation.actions.checking import try_to_begin
from itsm.automation.actions.ending import finish
from itsm.automation.actions.logging import Voice, say_of
from itsm.automation.actions.stepping import (
    Fenced,
    begin_step,
    end_step,
    give_up,
    held,
    locked,
    strand,
)
from itsm.automation.definition import Step
from itsm.automation.executors import Outcome, Plan, Work, executors, failed, unknown
from itsm.automation.filling import filled
from itsm.automation.gates import probes
from itsm.automation.masking import Mask
from itsm.automation.models import Run, RunbookSecret, RunState, RunStep
from itsm.people.selectors import system_user

logger = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
BEAT = 3.0  # seconds
LATER = timedelta(minutes=1)


def run_owed(*, on_each: Callable[[], None] | None = None) -> int:
    """Do every run that is due; how many were taken up."""
    release_lost()
    count = 0
    while (run := claim_next()) is not None:
        count += 1
        if on_each is not None:
            on_each()
        work_on(run)
    return count


@transaction.atomic
def claim_next() -> Run | None:
    """Take the run that is due longest, so that nobody else works on it; None without one."""
    now = timezone.now()
    due = Run.objects.select_for_update(skip_locked=True, of=("self",))
    due = due.filter(due_at__lte=now, claim__isnull=True).order_by("due_at", "pk")
    run = due.select_related("runbook", "version", "ticket", "service").first()
    if run is None:
        return None
    run.claim, run.claim_until = uuid.uuid4(), now + LEASE
    run.save(update_fields=["claim", "claim_until"])
    return run


def work_on(run: Run) -> None:
    """Do what there is to do of a claimed run until it waits or is over."""
    try:
        with Pulse(run) as pulse:
            while _is_due(run):
                run = UNITS[RunState(run.state)](run, pulse)
    except Fenced:
        logger.warning("run.fenced", run=run.pk)
    except Exception:  # nothing was begun, or it was written down: looked at again later
        logger.exception("run.broken_off", run=run.pk)
        Run.objects.filter(pk=run.pk, claim=run.claim, due_at__isnull=False).update(
            due_at=timezone.now() + LATER
        )
    finally:
        Run.objects.filter(pk=run.pk, claim=run.claim, claim__isnull=False).update(
            claim=None, claim_until=None
        )


def release_lost() -> int:
    """Find the runs whose worker is gone; a step that was begun then has no known end."""
    count = 0
    lost = Run.objects.filter(claim__isnull=False, claim_until__lt=timezone.now())
    for pk in list(lost.values_list("pk", flat=True)):
        with transaction.atomic():
            run = locked(pk)
            if run.claim is None or run.claim_until is None or run.claim_until >= timezone.now():
                continue
            count += 1
            begun = run.steps.filter(state=RunStep.State.RUNNING)
            if begun.exists():
                why = _("The worker was lost in the middle of it.")
                begun.update(state=RunStep.State.UNKNOWN, why=why, ended_at=timezone.now())
                strand(run, why)
            else:
                run.claim = run.claim_until = None
                run.save(update_fields=["claim", "claim_until"])
    return count


class Pulse:
    """Keeps a claim alive while its work is done, and hears when the work is to stop."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._is_over = threading.Event()
        self.is_stopped = False
        self._thread = threading.Thread(target=self._beat, name=f"pulse-{run.pk}", daemon=True)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(
        self,
        _sort: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._is_over.wait(BEAT):
            self._beat_once()

    def _beat_once(self) -> None:
        mine = Run.objects.filter(pk=self._run.pk, claim=self._run.claim)
        try:
            is_mine = mine.update(claim_until=timezone.now() + LEASE)
            self.is_stopped = not is_mine or mine.filter(is_stopped=True).exists()
        except Exception as error:  # the database may be away; the lease says how long
            logger.warning("run.pulse_missed", run=self._run.pk, error=repr(error))
        finally:
            connection.close()  # between two beats others can use it


def _is_due(run: Run) -> bool:
    return run.claim is not None and run.due_at is not None and run.due_at <= timezone.now()


def _try_to_begin(run: Run, _pulse: Pulse) -> Run:
    return try_to_begin(run)


def _plan(run: Run, pulse: Pulse) -> Run:
    """Have every step that can tell beforehand say what it would do."""
    plan = _plan_from(run, pulse, 0)
    with held(run) as found:
        if found.is_stopped:
            finish(found, RunState.ABORTED, why=_("It was stopped."), actor=system_user())
        elif plan.why:
            finish(found, RunState.FAILED, why=plan.why, actor=system_user())
        else:
            _keep_plan(found, plan)
            found.state, found.position = RunState.RUNNING, 0
            found.save()
        return found


def _plan_again(run: Run, pulse: Pulse) -> Run:
    """What was done meanwhile may have made the plan another: leave is asked for this one."""
    plan = _plan_from(run, pulse, run.position)
    with held(run) as found:
        if plan.why:
            give_up(found, plan.why)
        else:
            _keep_plan(found, plan)
            found.save()
        return found


@dataclass
class _Ahead:
    """What steps would do, the facts each insists on later, and why that cannot be told."""

    texts: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    why: str = ""


def _plan_from(run: Run, pulse: Pulse, first: int) -> _Ahead:
    """What the steps from this one on would do; nothing is done."""
    ahead = _Ahead()
    for place, step in enumerate(run.version.definition.steps):
        if step.is_by_people or place < first:
            continue
        work, mask = _work(run, "steps", place, step, pulse)
        try:
            plan = executors[step.use].plan(work)
        except Exception as error:  # whatever it was, nothing was done yet
            logger.exception("run.plan_failed", run=run.pk, step=step.name)
            ahead.why = mask(f"{step.name}: {error or type(error).__name__}")
            break
        if plan is not None:
            ahead.texts.append(_planned(step, plan, mask))
            ahead.facts[str(place)] = dict(plan.facts)
    return ahead


def _keep_plan(run: Run, plan: _Ahead) -> None:
    # The facts stand behind the words: two plans that read alike can be two.
    told = json.dumps([plan.texts, plan.facts], sort_keys=True, default=str)
    run.plan, run.plan_facts = "\n\n".join(plan.texts)[:200_000], plan.facts
    run.plan_hash = hashlib.sha256(told.encode()).hexdigest() if plan.texts else ""


def _planned(step: Step, plan: Plan, mask: Mask) -> str:
    return f"# {step.name}\n{mask(plan.text).strip()}"


def _step(run: Run, pulse: Pulse) -> Run:
    if _comes_to_leave(run):
        run = _plan_again(run, pulse)
        if not _comes_to_leave(run):
            return run
    run, begun, step = begin_step(run)
    if begun is None or step is None:
        return run
    outcome = _perform(run, begun, step, pulse)
    return end_step(run, begun, outcome)


def _comes_to_leave(run: Run) -> bool:
    """Whether leave is to be asked now, after something was done already."""
    steps = run.version.definition.steps
    if run.state != RunState.RUNNING or run.position >= len(steps) or run.is_stopped:
        return False
    is_leave = steps[run.position].use == "approval"
    return is_leave and any(not each.is_by_people for each in steps[: run.position])


def _perform(run: Run, begun: RunStep, step: Step, pulse: Pulse) -> Outcome:
    work, mask = _work(run, begun.part, begun.position, step, pulse)
    voice = Voice(run.pk, mask)
    voice(f"▸ {step.name}")

    def is_stopped() -> bool:
        voice.flush_in_time()  # whatever works asks this now and then, also when it is silent
        return pulse.is_stopped

    work = replace(work, is_stopped=is_stopped)
    if missing := [each for each in step.secrets if each not in work.secrets]:
        outcome = failed(_("The secret %(name)s is not set.") % {"name": missing[0]})
    else:
        try:
            outcome = executors[step.use].run(work, voice)
        except Exception as error:  # it may have done something before it broke
            logger.exception("run.step_broke", run=run.pk, step=step.name)
            outcome = unknown(f"{type(error).__name__}: {error}")
    if outcome.why:
        voice(outcome.why)
    voice.flush()
    masked = {
        name: mask(value) if isinstance(value, str) else value
        for name, value in outcome.facts.items()
    }
    return Outcome(outcome.word, mask(outcome.why), masked)


def _work(run: Run, part: str, place: int, step: Step, pulse: Pulse) -> tuple[Work, Mask]:
    wanted = RunbookSecret.objects.filter(runbook=run.runbook_id, name__in=step.secrets)
    secrets = {each.name: each.value for each in wanted}
    ticket = run.ticket
    values = {**run.parameters, "run": run.pk}
    values |= {"ticket": ticket.number, "incident_title": ticket.title} if ticket else {}
    own = getattr(executors[step.use], "own_filling", ())
    settings = {
        name: each if name in own else filled(each, values) for name, each in step.settings.items()
    }
    work = Work(
        run=run.pk,
        key=f"{run.key}:{part}:{place}",
        settings=settings,
        parameters=values,
        secrets=secrets,
        timeout=step.timeout,
        planned=run.plan_facts.get(str(place), {}) if part == "steps" else {},
        is_stopped=lambda: pulse.is_stopped,
    )
    return work, Mask(list(secrets.values()))


def _sample(run: Run, _pulse: Pulse) -> Run:
    """Look once whether all is healthy again; only so many times in a row is it believed."""
    verification = run.version.definition.verification
    try:
        is_healthy = probes[verification.by](run, verification)
    except Exception as error:
        logger.warning("run.unprobed", run=run.pk, error=repr(error))
        is_healthy = None
    with held(run) as found:
        now = timezone.now()
        found.samples_taken += 1
        found.healthy = found.healthy + 1 if is_healthy else 0
        say_of(found.pk, [_sampled(found, is_healthy)])
        is_late = found.gives_up_at is not None and now > found.gives_up_at
        if found.healthy >= found.samples_needed and not is_late:
            finish(found, RunState.VERIFIED, why="", actor=system_user())
        elif is_late:
            why = _("It did not help: too few healthy samples in a row.")
            give_up(found, why)
        else:
            found.due_at = now + verification.every
            found.save()
        return found


def _sampled(run: Run, is_healthy: bool | None) -> str:  # noqa: FBT001 what was seen
    if is_healthy is None:
        return _("Nothing could be seen.")
    told = {"count": run.healthy, "needed": run.samples_needed}
    return _("Healthy: %(count)d of %(needed)d.") % told if is_healthy else _("Not healthy yet.")


UNITS: dict[RunState, Callable[[Run, Pulse], Run]] = {
    RunState.PROPOSED: _try_to_begin,
    RunState.BLOCKED: _try_to_begin,
    RunState.DRY_RUN: _plan,
    RunState.RUNNING: _step,
    RunState.ROLLING_BACK: _step,
    RunState.VERIFYING: _sample,
}
