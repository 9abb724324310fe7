"""Waiting at the gate: one question, one answer, before its deadline or by its default."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from changes import gatekeeping
from changes.actions.asking import ask_for_leave
from changes.actions.deciding import Answer, ask_gate, decide_now
from changes.actions.permitting import Artifact, issue
from changes.gate import Verdict
from changes.models import Change, GateDecision, GateWait
from itsm.core import events, http
from itsm.core.errors import Invalid
from itsm.people.models import User
from itsm.people.selectors import system_user

LOOKED_AGAIN = timedelta(seconds=10)
SHORTEST_SECRET = 16
NOBODY_ANSWERED = gettext_noop("Nobody answered in time.")


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long somebody waits, and where the answer is sent; None is the policy's time."""

    deadline: timedelta | None = None
    callback_url: str = ""
    callback_secret: str = ""


@transaction.atomic
def ask_and_wait(
    *, change: Change | str, actor: User, artifact: Artifact, patience: Patience
) -> tuple[Answer, GateWait]:
    """Ask for an answer that holds; until there is one, those who can give leave are asked.

    Asked again for the same while it waits, it is the same question.
    """
    _check_callback(patience)
    answer = ask_gate(change=change, actor=actor, artifact=artifact)
    found = gatekeeping.open_wait_of(answer.change, actor, artifact.digest, artifact.sha)
    if found is None:
        policy = gatekeeping.gate_policy()
        usual = timedelta(minutes=policy.wait_minutes)
        tier = answer.change.service.tier if answer.change.service else None
        found = GateWait.objects.create(
            change=answer.change,
            asked_by=actor,
            artifact_digest=artifact.digest,
            sha=artifact.sha,
            deadline_at=timezone.now() + (patience.deadline or usual),
            opens_at_deadline=tier in policy.values.open_tiers,
            decision=answer.decision,
            callback_url=patience.callback_url,
            callback_secret=patience.callback_secret,
        )
    _go_on(found, answer)
    return answer, found


@transaction.atomic
def settle(*, wait: GateWait) -> bool:
    """Look again whether there is an answer; whether this gave it."""
    # The change first, as for whoever starts or cancels it.
    change: Change = Change.objects.get(pk=wait.change_id).lock()
    locked = GateWait.objects.select_for_update(of=("self",)).get(pk=wait.pk)
    if locked.answered_at is not None:
        return False
    artifact = Artifact(locked.artifact_digest, locked.sha)
    answer = decide_now(change=change, actor=locked.asked_by, artifact=artifact)
    return _go_on(locked, answer)


def _go_on(wait: GateWait, answer: Answer) -> bool:
    """Answer where that can be done; whether it was."""
    now = timezone.now()
    if gatekeeping.is_final(answer.decision, answer.change, answer.words):
        return _answer(wait, answer)
    if wait.deadline_at <= now:
        return _answer(wait, _by_default(wait, answer), is_by_default=True)
    _ask_for_leaves(answer)
    again = min(each for each in (wait.deadline_at, now + LOOKED_AGAIN) if each)
    GateWait.objects.filter(pk=wait.pk).update(decision=answer.decision, check_at=again)
    return False


def _answer(wait: GateWait, answer: Answer, *, is_by_default: bool = False) -> bool:
    wait.decision, wait.permit = answer.decision, answer.permit
    wait.answered_at, wait.is_by_default = timezone.now(), is_by_default
    wait.save(update_fields=["decision", "permit", "answered_at", "is_by_default"])
    data = {"change": answer.change.number, "verdict": answer.decision.verdict}
    events.publish("gate.answered", wait, actor=system_user(), data=data)
    return True


def _by_default(wait: GateWait, answer: Answer) -> Answer:
    """What was declared for when nobody answers; what was denied stays so."""
    opens = wait.opens_at_deadline and answer.decision.verdict != Verdict.DENY.word
    verdict = (Verdict.ALLOW if opens else Verdict.DENY).word
    said = answer.decision
    rule = {"id": "deadline", "verdict": verdict, "why": [NOBODY_ANSWERED], "facts": {}}
    decision = GateDecision.objects.create(
        change=answer.change,
        occasion=GateDecision.Occasion.DEADLINE,
        verdict=verdict,
        rules=[*said.rules, rule],
        leaves=said.leaves,
        inputs=said.inputs,
        inputs_hash=said.inputs_hash,
        policy_version=said.policy_version,
        asked_by=wait.asked_by,
    )
    if not opens:
        return Answer(answer.change, decision)
    permit = issue(
        decision,
        change=answer.change,
        actor=wait.asked_by,
        holds=timedelta(minutes=gatekeeping.gate_policy().permit_minutes),
        artifact=Artifact(wait.artifact_digest, wait.sha),
        is_by_default=True,
    )
    return Answer(answer.change, decision, permit)


def _ask_for_leaves(answer: Answer) -> None:
    """Ask those whose leave would open the gate, each once."""
    for purpose in gatekeeping.leaves_to_ask_for(answer.decision, answer.change):
        ask_for_leave(change=answer.change, purpose=purpose, actor=system_user())


def note_told(*, wait: GateWait) -> None:
    """Note that the answer has reached the address it was to be sent to."""
    GateWait.objects.filter(pk=wait.pk).update(told_at=timezone.now())


def _check_callback(patience: Patience) -> None:
    wrong: dict[str, Any] = {}
    if not patience.callback_url:
        return
    if not http.may_call(patience.callback_url):
        wrong["callback_url"] = [_("Give an address that begins with https://.")]
    if len(patience.callback_secret) < SHORTEST_SECRET:
        sentence = _("Give a secret of at least %(least)d characters to sign with.")
        wrong["callback_secret"] = [sentence % {"least": SHORTEST_SECRET}]
    if wrong:
        name, sentences = next(iter(wrong.items()))
        raise Invalid(sentences[0], field=name, errors=wrong)
