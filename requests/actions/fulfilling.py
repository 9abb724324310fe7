"""Taking the steps of a request, one after the other: a death between any two costs nothing.

What is done inside our own database is done and noted in one transaction. What is done outside is
noted as begun first, then done with a key that stays the same however often it is tried, then noted
as over; when we die in between, its time passes and it is tried again with that key, or, where the
other side knows no keys, shown to somebody who looks what became of it.
"""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.approvals.actions import Question, void
from itsm.approvals.actions import ask as ask_people
from itsm.automation.actions import start_run
from itsm.automation.models import RunState
from itsm.core import events
from itsm.core.errors import Refused
from itsm.people.models import Team, User
from itsm.people.selectors import system_user
from itsm.tickets.actions.tasks import Wanted, put_task, set_task
from itsm.tickets.models import TaskSort, TaskState
from requests import selectors
from requests.actions.agreeing import barred_from, picture_of
from requests.actions.calling import Answer, Call, answer_to
from requests.actions.ending import compensate, settle
from requests.actions.working import fail, fulfil
from requests.models import ServiceRequest, Step, StepSort, StepState
from requests.saga import Standing, Word, look_again_at, next_move
from requests.stepping import filled, told

MOST_MOVES = 100
CALL_TIME = timedelta(seconds=60)  # longer than a call can take
PATIENCE_OF_UNDOING = timedelta(days=14)


def advance(*, pk: int) -> None:
    """Take every step of a request that can be taken now."""
    for _place in range(MOST_MOVES):
        found = move(pk=pk)
        if found is None:
            return
        if isinstance(found, Call):
            note_answer(call=found, answer=answer_to(found))


@transaction.atomic
def move(*, pk: int) -> Call | Word | None:
    """Make the next move; a call that is to be made is given back, nothing means rest."""
    # Two workers would each take the same step without this lock; it is that of the ticket, which
    # whoever cancels, holds or agrees takes first as well.
    held = ServiceRequest.objects.get(pk=pk).lock()
    if held.state != "fulfilling" and not held.undoing:
        _look_at(held, None)
        return None
    steps = list(selectors.steps_of(held))
    now = timezone.now()
    standings = [_standing(each) for each in steps]
    found = next_move(standings, is_undoing=bool(held.undoing), now=now)
    by_key = {(each.name, each.is_undo): each for each in steps}
    if found.word is Word.REST:
        _look_at(held, look_again_at(standings))
        return None
    _look_at(held, now)
    if found.step is None:
        return _end(held, steps, found.word)
    step = by_key[found.step.name, found.step.is_undo]
    return _overdue(held, step) if found.word is Word.OVERDUE else _take(held, step, steps)


@transaction.atomic
def note_answer(*, call: Call, answer: Answer) -> None:
    """Note what came of a call, unless somebody has judged it since."""
    held = ServiceRequest.objects.get(pk=call.request_id).lock()
    step = Step.objects.select_for_update().get(pk=call.step_id)
    if step.state != StepState.RUNNING or step.attempts != call.attempt:
        return
    if answer.is_good:
        finish(held, step, evidence=dict(answer.evidence))
    else:
        _failed_attempt(held, step, answer.error, is_final=answer.is_final)
    _look_at(held, timezone.now())


def finish(
    held: ServiceRequest,
    step: Step,
    *,
    evidence: dict[str, object],
    state: str = StepState.DONE,
    actor: User | None = None,
) -> None:
    """Note that a step of a request that is held is done, and what shows it."""
    step.state, step.due_at, step.deadline = state, None, None
    step.evidence = {**step.evidence, **evidence}
    step.error, step.ended_at = "", timezone.now()
    step.save()
    _tell(held, step, "step_finished", actor)


def give_up(held: ServiceRequest, step: Step, error: str, *, actor: User | None = None) -> None:
    """Note that a step of a request that is held could not be done."""
    step.state, step.due_at, step.deadline = StepState.FAILED, None, None
    step.error, step.ended_at = error[:500], timezone.now()
    step.save()
    _tell(held, step, "step_failed", actor)


def _tell(held: ServiceRequest, step: Step, word: str, actor: User | None) -> None:
    data = {"step": step.name, "title": step.title, "undo": step.is_undo, "error": step.error}
    events.publish(f"service_request.{word}", held, actor=actor or system_user(), data=data)


def _standing(step: Step) -> Standing:
    is_call = step.sort == StepSort.HTTP or (step.sort == StepSort.RUNBOOK and not step.task_id)
    return Standing(
        name=step.name,
        state=step.state,
        after=tuple(step.plan.get("after", ())) if not step.is_undo else (),
        due_at=step.due_at,
        deadline=step.deadline,
        is_undo=step.is_undo,
        is_call=is_call,
    )


def _look_at(held: ServiceRequest, moment: datetime | None) -> None:
    ServiceRequest.objects.filter(pk=held.pk).update(look_at=moment)


def _end(held: ServiceRequest, steps: list[Step], word: Word) -> Word | None:
    if word is Word.FINISH:
        fulfil(held, actor=system_user())
    elif word is Word.FAIL:
        _fail(held, steps)
    elif word is Word.UNDO and _plan_undoing(held, steps):
        return word
    else:
        _undone(held)
    return word


def _fail(held: ServiceRequest, steps: list[Step]) -> None:
    failed = [each for each in steps if each.state == StepState.FAILED and not each.is_undo]
    moved = fail(held, actor=system_user())
    if any(each.plan.get("if_failed") == "undo" for each in failed):
        compensate(moved, actor=system_user(), reason=failed[0].error)


def _plan_undoing(held: ServiceRequest, steps: list[Step]) -> bool:
    """Write down how what was done is undone, the last first; whether there is anything."""
    done = [each for each in steps if each.state == StepState.DONE and each.plan.get("undo")]
    Step.objects.bulk_create(
        Step(
            service_request=held,
            name=each.name,
            position=place,
            is_undo=True,
            sort=each.plan["undo"]["type"],
            title=each.plan["undo"]["title"],
            plan=each.plan["undo"],
            key=f"{each.key}:undo",
        )
        for place, each in enumerate(reversed(done))
    )
    return bool(done)


def _undone(held: ServiceRequest) -> None:
    if held.undoing != ServiceRequest.Undoing.RETURNED:
        settle(held, actor=system_user())
        return
    ServiceRequest.objects.filter(pk=held.pk).update(
        undoing="", look_at=None, lease_ended_at=timezone.now()
    )
    events.publish("service_request.returned", held, actor=system_user(), public=True)


def _take(held: ServiceRequest, step: Step, steps: list[Step]) -> Call | Word:
    now = timezone.now()
    step.attempts += 1
    step.begun_at = step.begun_at or now
    hours = step.plan.get("timeout_hours", 0)
    step.deadline = now + timedelta(hours=hours) if hours else None
    step.due_at = None
    if step.plan.get("is_skipped"):
        finish(held, step, evidence={}, state=StepState.SKIPPED)
        return Word.TAKE
    outputs = {each.name: each.evidence.get("outputs", {}) for each in steps if not each.is_undo}
    later = filled(step.plan.get("later", {}), answers={}, facts={}, outputs=outputs)
    inputs = {**step.plan["inputs"], **later}
    if step.sort == StepSort.HTTP:
        step.state, step.due_at = StepState.RUNNING, now + CALL_TIME
        step.save()
        return Call.of(held, step, inputs)
    step.state = StepState.OUTSIDE
    step.save()
    _BEGUN[StepSort(step.sort)](held, step, inputs)
    return Word.TAKE


def _give_to_somebody(held: ServiceRequest, step: Step, inputs: dict[str, object]) -> None:
    team = Team.objects.filter(slug=step.plan.get("team", "")).first() or held.team
    wanted = Wanted(
        title=step.title,
        sort=TaskSort.TAKING_BACK if step.is_undo else TaskSort.FULFILMENT,
        notes="\n\n".join(filter(None, (step.plan.get("notes", ""), told(inputs)))),
        team=team,
        due_at=step.deadline,
        is_automatic=True,
        key=step.key,
    )
    task = put_task(ticket=held, actor=system_user(), wanted=wanted)
    Step.objects.filter(pk=step.pk).update(task=task)


def _ask(held: ServiceRequest, step: Step, _inputs: dict[str, object]) -> None:
    names = [each for each in ("team", "role", "users") if step.plan.get(each)]
    stage = {"name": step.title[:120], **{each: step.plan[each] for each in names}}
    hours = step.plan.get("timeout_hours", 0)
    question = Question(
        ticket=held,
        purpose=purpose_of(step),
        snapshot=picture_of(held),
        barred=barred_from(held),
        stages=[stage],
        within=timedelta(hours=hours / 2),
    )
    ask_people(question=question, actor=system_user())


def purpose_of(step: Step) -> str:
    """What leave is asked for by a step; each has its own, so that two can be asked at once."""
    return f"step-{step.position}"


def _wait(_held: ServiceRequest, step: Step, _inputs: dict[str, object]) -> None:
    moment = timezone.now() + timedelta(hours=step.plan.get("hours", 0))
    if day := step.plan.get("on"):
        moment = timezone.make_aware(datetime.combine(datetime.fromisoformat(day), time(0)))
    Step.objects.filter(pk=step.pk).update(due_at=moment)


def _run(held: ServiceRequest, step: Step, inputs: dict[str, object]) -> None:
    """Have the runbook done that was agreed to; it tells by its key when it is over."""
    # A run that is known to have failed is over: to try again is another run.
    key = step.key if step.attempts == 1 else f"{step.key}:{step.attempts}"
    version = selectors.runbook_version(step.plan["runbook"])
    said = f"{step.plan['runbook']} {version.number}" if version else ""
    if version is None or said != step.plan.get("leads_to"):
        give_up(held, step, _("The runbook is not what was agreed to."))
        return
    step.reference = key
    step.save(update_fields=["reference"])
    try:
        start_run(
            version=version,
            parameters={name: value for name, value in inputs.items() if value is not None},
            key=key,
            actor=system_user(),
            ticket=held,
            reason=step.title,
        )
    except Refused as refusal:
        _failed_attempt(held, step, str(refusal), is_final=True)


@transaction.atomic
def note_run(*, key: str, outcome: str, run: int, why: str) -> int | None:
    """Note what came of a run; the key of the request it was for, if it was for one."""
    known = Step.objects.filter(reference=key).values_list("pk", "service_request_id").first()
    if known is None:
        return None
    held = ServiceRequest.objects.get(pk=known[1]).lock()
    step = Step.objects.get(pk=known[0])
    if step.state == StepState.OUTSIDE and step.task_id is None and step.reference == key:
        if outcome == RunState.VERIFIED:
            finish(held, step, evidence={"run": run})
        else:
            error = why or _("The runbook did not do it.")
            _failed_attempt(held, step, error, is_final=outcome == RunState.ABORTED)
        _look_at(held, timezone.now())
    return held.pk


_BEGUN = {
    StepSort.RUNBOOK: _run,
    StepSort.HUMAN: _give_to_somebody,
    StepSort.APPROVAL: _ask,
    StepSort.WAIT: _wait,
}


def _overdue(held: ServiceRequest, step: Step) -> Word:
    """The time of a step has passed: a wait is over, of anything else nothing was heard."""
    if step.state == StepState.RUNNING:
        _unheard(held, step)
    elif step.sort == StepSort.WAIT and step.task_id is None:
        finish(held, step, evidence={})
    else:
        give_up(held, step, _("Nobody did it in its time."))
        if step.task is not None and step.task.is_open():
            set_task(task=step.task, ticket=held, actor=system_user(), state=TaskState.CANCELED)
        if step.sort == StepSort.APPROVAL:
            void(ticket=held, actor=system_user(), purposes=[purpose_of(step)])
    return Word.OVERDUE


def _unheard(held: ServiceRequest, step: Step) -> None:
    """We died in a call, or it never came back: only with a key may it be made again."""
    target = selectors.target_named(step.plan.get("target", ""))
    if target is not None and target.knows_keys:
        step.state, step.due_at = StepState.WAITING, None
        step.save()
        return
    why = _("It was begun and never heard of again: look whether it happened.")
    _failed_attempt(held, step, why, is_final=True)


def _failed_attempt(held: ServiceRequest, step: Step, error: str, *, is_final: bool) -> None:
    retries = step.plan.get("retries", 0)
    if not is_final and step.attempts <= retries:
        minutes = step.plan.get("backoff_minutes", 1) * 2 ** (step.attempts - 1)
        step.state, step.error = StepState.WAITING, error[:500]
        step.due_at = timezone.now() + timedelta(minutes=min(minutes, 1440))
        step.save()
    elif step.is_undo:
        _undo_by_hand(held, step, error)
    else:
        give_up(held, step, error)


def _undo_by_hand(held: ServiceRequest, step: Step, error: str) -> None:
    """What cannot be undone by itself is undone by somebody, so that it comes to an end."""
    deadline = timezone.now() + PATIENCE_OF_UNDOING
    wanted = Wanted(
        title=_("By hand: %(what)s") % {"what": step.title},
        sort=TaskSort.TAKING_BACK,
        notes="\n\n".join(filter(None, (error, told(step.plan["inputs"])))),
        team=held.team,
        due_at=deadline,
        is_automatic=True,
        key=f"{step.key}:by-hand",
    )
    step.task = put_task(ticket=held, actor=system_user(), wanted=wanted)
    step.state, step.due_at, step.deadline = StepState.OUTSIDE, None, deadline
    step.error = error[:500]
    step.save()
