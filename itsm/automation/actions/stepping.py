"""The steps of a run: each is written down before it is begun, and ended only by who began it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.automation import bell
from itsm.automation.actions.ending import finish
from itsm.automation.actions.logging import say_of
from itsm.automation.actions.telling import tell
from itsm.automation.definition import Step
from itsm.automation.executors import Outcome, Word
from itsm.automation.models import Run, RunState, RunStep, WaitsFor
from itsm.automation.selectors import runs as selectors
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import User
from itsm.people.selectors import system_user

BACKOFF = timedelta(seconds=5)


class Fenced(Exception):  # noqa: N818 no error, but too late
    """Somebody else has the run now, so nothing more may be written of it."""


@contextmanager
def held(run: Run) -> Iterator[Run]:
    """The run, locked for as long as it is written; Fenced unless it is still ours."""
    with transaction.atomic():
        found = locked(run.pk)
        if found.claim is None or found.claim != run.claim:
            raise Fenced
        yield found


def locked(pk: int) -> Run:
    """A run, held for the rest of the transaction."""
    runs = Run.objects.select_for_update(of=("self",))
    return runs.select_related("runbook", "version", "ticket", "service").get(pk=pk)


def begin_step(run: Run) -> tuple[Run, RunStep | None, Step | None]:
    """Write down that the next step begins; no step where there is none for a program now."""
    with held(run) as found:
        if found.is_stopped:
            finish(found, RunState.ABORTED, why=_("It was stopped."), actor=system_user())
            return found, None, None
        steps = found.version.definition.steps_of(found.part)
        if found.position >= len(steps):
            _after_steps(found)
            return found, None, None
        step = steps[found.position]
        tries = found.steps.filter(part=found.part, position=found.position).count()
        begun = RunStep.objects.create(
            run=found,
            part=found.part,
            position=found.position,
            attempt=tries + 1,
            name=step.name[:250],
            use=step.use,
            claim=found.claim,
            state=RunStep.State.WAITING if step.is_by_people else RunStep.State.RUNNING,
        )
        if step.is_by_people:
            _wait_for_people(found, step)
            return found, None, None
        if found.worked_at is None:
            found.worked_at = timezone.now()
            found.save(update_fields=["worked_at"])
        return found, begun, step


def end_step(run: Run, step: RunStep, outcome: Outcome) -> Run:
    """Write down what came of a step, and what is next; a late word is only put in the log."""
    try:
        with held(run) as found:
            _write(step, outcome)
            if outcome.word == Word.UNKNOWN:
                strand(found, outcome.why)
            elif outcome.word == Word.SUCCEEDED:
                _go_on(found)
            else:
                _after_failure(found, step, outcome.why)
            return found
    except Fenced:
        say_of(run.pk, [_("Too late: %(step)s says that it %(word)s.") % _late(step, outcome)])
        raise


def strand(run: Run, why: str) -> None:
    """Let a run wait for a person who says whether its step took effect: nothing is done twice."""
    run.waits_for, run.why = WaitsFor.WORD, why[:2000]
    run.claim = run.claim_until = run.due_at = None
    run.save()
    tell(run, "stranded", actor=system_user(), why=run.why)


@transaction.atomic
def settle_run(*, run: Run, actor: User, is_done: bool, why: str = "") -> Run:
    """Say of a step whether it took effect, or that a person's work is done."""
    if not actor.has_perm("runbooks.run"):
        raise NotAllowed(_("You may not run runbooks."))
    found = locked(run.pk)
    if found.waits_for not in (WaitsFor.WORD, WaitsFor.PERSON):
        raise Refused(_("This run no longer waits for anybody's word."))
    if not is_done and not why.strip():
        raise Invalid(_("Say what you found."), field="why")
    settle_step(found, is_done=is_done, actor=actor, why=why)
    return found


def settle_step(run: Run, *, is_done: bool, actor: User, why: str) -> None:
    """Take a person's word for what came of the step a locked run waits at."""
    step = run.steps.filter(part=run.part, position=run.position).order_by("-attempt").first()
    assert step is not None  # noqa: S101 a run waits only at a step that was begun
    word = Word.SUCCEEDED if is_done else Word.FAILED
    RunStep.objects.filter(pk=step.pk).update(settled_by=actor)
    _write(step, Outcome(word, why))
    said = _("%(name)s says that it took effect.") if is_done else _("%(name)s says: %(why)s")
    say_of(run.pk, [said % {"name": actor, "why": why}])
    run.waits_for, run.why = WaitsFor.NOTHING, ""
    tell(run, "settled", actor=actor, step=step.name, is_done=is_done)
    if run.is_stopped:
        finish(run, RunState.ABORTED, why=_("It was stopped."), actor=actor)
    elif is_done:
        _go_on(run)
    else:
        _fail_for_good(run, why or _("It was refused."))
    bell.ring_on_commit()


def give_up(run: Run, why: str) -> None:
    """What was done did not help: take it back where that is known how, else fail."""
    definition = run.version.definition
    may_undo = run.part == "steps" and definition.rollback and not selectors.is_stopped()
    if not may_undo:
        finish(run, RunState.FAILED, why=why, actor=system_user())
        return
    run.state, run.position, run.why = RunState.ROLLING_BACK, 0, why[:2000]
    run.due_at = timezone.now()
    run.save()


def _wait_for_people(run: Run, step: Step) -> None:
    is_leave = step.use == "approval"
    run.waits_for = WaitsFor.APPROVAL if is_leave else WaitsFor.PERSON
    run.claim = run.claim_until = run.due_at = None
    run.save()
    tell(run, "person_asked", actor=system_user(), step=step.name, is_leave=is_leave)


def _write(step: RunStep, outcome: Outcome) -> None:
    step.state, step.why = outcome.word.value, outcome.why[:2000]
    step.facts, step.ended_at = dict(outcome.facts), timezone.now()
    step.save(update_fields=["state", "why", "facts", "ended_at"])


def _go_on(run: Run) -> None:
    run.position += 1
    run.due_at = timezone.now()
    run.save()


def _after_failure(run: Run, step: RunStep, why: str) -> None:
    definition = run.version.definition
    retries = definition.steps_of(run.part)[run.position].retries
    if step.attempt <= retries and not run.is_stopped:
        run.due_at = timezone.now() + BACKOFF * step.attempt
        run.save()
        return
    _fail_for_good(run, f"{step.name}: {why}")


def _fail_for_good(run: Run, why: str) -> None:
    if run.is_stopped:
        finish(run, RunState.ABORTED, why=_("It was stopped."), actor=system_user())
    else:
        give_up(run, why)


def _after_steps(run: Run) -> None:
    if run.state == RunState.ROLLING_BACK:
        finish(run, RunState.ROLLED_BACK, why=run.why, actor=system_user())
        return
    if run.samples_needed == 0:
        finish(run, RunState.VERIFIED, why="", actor=system_user())
        return
    verification = run.version.definition.verification
    now = timezone.now()
    run.state, run.position = RunState.VERIFYING, 0
    run.healthy, run.samples_taken = 0, 0
    run.due_at, run.gives_up_at = now + verification.every, now + verification.within
    run.save()


def _late(step: RunStep, outcome: Outcome) -> dict[str, str]:
    return {"step": step.name, "word": outcome.word.value}
