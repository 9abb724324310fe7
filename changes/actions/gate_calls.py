"""Pipelines that wait for the gate: asked at once, answered once, and not kept waiting for ever."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from changes.actions.deciding import keep
from changes.gate import Verdict, worded
from changes.gathering import decision_for
from changes.models import Change, GateCall, Pipeline
from changes.pipelines import GateAsked, Told, wordings
from changes.workflow import OPEN
from itsm.core import events, http
from itsm.people.selectors import system_user

BATCH = 50
SUCCESSES = range(200, 300)


def await_gate(*, pipeline: Pipeline, change: Change, asked: GateAsked, now: datetime) -> GateCall:
    """Note that a pipeline waits, and decide at once where that can be; within a transaction."""
    call, is_new = GateCall.objects.get_or_create(
        pipeline=pipeline,
        answer_url=asked.answer_url[:1000],
        defaults={
            "change": change,
            "sort": asked.sort,
            "token": asked.token,
            "facts": {**asked.facts, "key": asked.keys[0]},
            "asked_at": now,
            "due_at": now + pipeline.answer_within,
        },
    )
    if is_new:
        data = {"call": call.pk, "pipeline": pipeline.name}
        events.publish("change.gate_asked", change, actor=pipeline.bot, data=data)
        _decide(call, change, now)
    return call


@transaction.atomic
def decide_calls(*, change: Change, now: datetime) -> int:
    """Ask the gate anew for whoever waits for this change; how many calls were decided."""
    if not GateCall.objects.filter(change=change, answer=GateCall.Answer.WAITING).exists():
        return 0
    locked = change.lock()
    waiting = GateCall.objects.select_for_update(of=("self",)).filter(
        change=change.pk, answer=GateCall.Answer.WAITING
    )
    return sum(_decide(each, locked, now) for each in waiting.order_by("pk"))


def changes_waited_for(now: datetime) -> Collection[Change]:
    """The changes some pipeline waits for, those first whose time is up first."""
    calls = GateCall.objects.filter(answer=GateCall.Answer.WAITING).order_by("due_at")
    found: dict[int, Change] = {
        each.change_id: each.change for each in calls.select_related("change")[:BATCH]
    }
    return list(found.values())


def _decide(call: GateCall, change: Any, now: datetime) -> bool:
    """Settle a call when the verdict is final, or when its time is up."""
    answer, why = _verdict_on(call, change, now)
    if answer == GateCall.Answer.WAITING and now >= call.due_at:
        answer, why = GateCall.Answer.REJECTED, _("Nobody allowed it in time.")
    if answer == GateCall.Answer.WAITING:
        GateCall.objects.filter(pk=call.pk).update(why=why[:500])
        return False
    return _settle(call, change, answer, why, now)


def _verdict_on(call: GateCall, change: Change, now: datetime) -> tuple[str, str]:
    """What to answer and why: approvals may still come and freezes end, so these are waited for."""
    if call.facts.get("plan_url") and call.plan_read_at is None:
        return GateCall.Answer.WAITING, _("Its plan is not known yet.")
    decision = decision_for(change, now=now)
    keep(decision, change=change, actor=call.pipeline.bot)
    if decision.verdict <= Verdict.ALLOW_GUARDED:
        return GateCall.Answer.APPROVED, _("The gate allows it.")
    worst = max(decision.rulings, key=lambda each: each.verdict)
    if change.state not in OPEN:
        return GateCall.Answer.REJECTED, _("The change was given up.")
    failed = next(
        (each for each in decision.rulings if each.rule == "evidence" and each.said.facts), None
    )
    if failed and failed.verdict == Verdict.DENY and failed.said.facts.get("failed"):
        return GateCall.Answer.REJECTED, worded(failed.said.sentences)
    return GateCall.Answer.WAITING, worded(worst.said.sentences)


def refuse_calls(*, change: Change, why: str) -> int:
    """Tell whoever waits for a change that it must stop: somebody said no."""
    waiting = GateCall.objects.filter(change=change.pk, answer=GateCall.Answer.WAITING)
    calls = list(waiting.select_for_update(of=("self",)).select_related("pipeline"))
    for each in calls:
        _settle(each, change, GateCall.Answer.REJECTED, why, timezone.now())
    return len(calls)


@transaction.atomic
def refuse_call(*, call: GateCall, why: str) -> None:
    """Tell one pipeline that it must stop."""
    _settle(call, call.change, GateCall.Answer.REJECTED, why, timezone.now())


def _settle(call: GateCall, change: Change, answer: str, why: str, now: datetime) -> bool:
    """Put the answer on record, once, and owe it to the pipeline."""
    settled = GateCall.objects.filter(pk=call.pk, answer=GateCall.Answer.WAITING).update(
        answer=answer, why=why[:500], decided_at=now
    )
    if settled:
        data = {"call": call.pk, "pipeline": call.pipeline.name, "answer": answer, "why": why[:500]}
        events.publish("change.gate_answered", change, actor=system_user(), data=data)
    return bool(settled)


def send_verdict(*, call_id: int) -> None:
    """Send a verdict to whoever waits for it, once; Unreachable when it did not get through."""
    call = GateCall.objects.select_related("pipeline", "change").filter(pk=call_id).first()
    if call is None or call.sent_at is not None or call.answer == GateCall.Answer.WAITING:
        return
    if not _may_answer(call):
        return
    _tell(call)
    # The token is worth nothing any more, so it need not lie about.
    GateCall.objects.filter(pk=call.pk).update(sent_at=timezone.now(), token="", error="")


def remind(*, now: datetime, every: Any) -> int:
    """Tell those who must hear from us now and then that they have to wait; how many were told."""
    due = Q(reminded_at=None) | Q(reminded_at__lte=now - every)
    waiting = GateCall.objects.filter(due, answer=GateCall.Answer.WAITING, error="")
    told = 0
    for call in waiting.select_related("pipeline", "change").order_by(
        F("reminded_at").asc(nulls_first=True)
    )[:BATCH]:
        GateCall.objects.filter(pk=call.pk).update(reminded_at=now)
        if _may_answer(call):
            told += _tell_to_wait(call)
    return told


def _tell_to_wait(call: GateCall) -> bool:
    try:
        return _tell(call)
    except http.Unreachable:  # it is told again in a few minutes
        return False


def _tell(call: GateCall) -> bool:
    letter = wordings[call.sort](
        Told(
            answer=call.answer,
            why=call.why,
            url=f"{settings.BASE_URL}/changes/{call.change.number}/",
            facts=call.facts,
        )
    )
    if letter is None:
        return False
    token = call.token or call.pipeline.answer_token
    headers = {**letter.headers, **({"Authorization": f"Bearer {token}"} if token else {})}
    answer = http.call(letter.method, call.answer_url, json=dict(letter.json), headers=headers)
    if answer.status_code not in SUCCESSES:
        GateCall.objects.filter(pk=call.pk).update(error=f"HTTP {answer.status_code}")
        raise http.Unreachable(f"{http.host_of(call.answer_url)} answered {answer.status_code}.")
    return True


def _may_answer(call: GateCall) -> bool:
    """Whether an administrator named the host: an address in a post is only somebody's word."""
    if is_named(call.pipeline, call.answer_url):
        return True
    error = _("Its host is not among those that may be answered.")
    GateCall.objects.filter(pk=call.pk).update(error=error)
    return False


def is_named(pipeline: Pipeline, address: str) -> bool:
    """Whether the address is on one of the hosts that were named for the pipeline."""
    return http.may_call(address) and http.host_of(address) in pipeline.answer_hosts
