"""Asking the gate, and keeping what it said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from changes import gatekeeping
from changes.actions.permitting import NOTHING, Artifact, consume, issue, revoke
from changes.gate import Decision, Verdict, plain_of, worded
from changes.gathering import decision_for
from changes.models import Change, GateDecision, GatePolicy, Permit
from changes.surroundings import Known, known_of
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import User

Occasion = GateDecision.Occasion


@dataclass(frozen=True)
class Answer:
    """What the gate said, and the permit that came of it."""

    change: Change
    decision: GateDecision
    permit: Permit | None = None
    words: Mapping[str, str] | None = None  # the latest on each leave that was asked for


@transaction.atomic
def ask_gate(
    *,
    change: Change,
    actor: User,
    artifact: Artifact = NOTHING,
) -> Answer:
    """May it go out now? What is said is kept; yes is a permit, no takes an issued one back."""
    if not actor.has_perm("changes.work"):
        raise NotAllowed(_("You may not ask the gate."))
    return decide_now(change=change.lock(), actor=actor, artifact=artifact)


def decide_now(*, change: Change, actor: User, artifact: Artifact) -> Answer:
    """The gate's answer for whoever asked, whatever he may do by now; the change must be held."""
    policy, known = gatekeeping.gate_policy(), known_of(change)
    decision = _decision(change, policy, artifact, permit=None, known=known)
    kept = keep(decision, change=change, actor=actor, occasion=Occasion.ASKED)
    if decision.verdict > Verdict.ALLOW_GUARDED:
        if known.has_permit:
            revoke(change=change, actor=actor, why="decided_anew")
        return Answer(change, kept, words=known.words)
    holds = timedelta(minutes=policy.permit_minutes)
    permit = issue(kept, change=change, actor=actor, holds=holds, artifact=artifact)
    return Answer(change, kept, permit, known.words)


def pass_gate(*, change: Change, actor: User, code: str, artifact: Artifact) -> None:
    """Decide anew at the start and use the permit up; the change's row must be held."""
    permit, policy = _permit(change, code), gatekeeping.gate_policy()
    decision = _decision(change, policy, artifact, permit=permit)
    if decision.verdict > _most(permit):
        raise Refused(_why(decision), field="permit" if code else "override_reason")
    kept = keep(decision, change=change, actor=actor, occasion=Occasion.STARTED)
    if permit is None or permit.expires_at <= timezone.now():
        holds = timedelta(minutes=policy.permit_minutes)
        permit = issue(kept, change=change, actor=actor, holds=holds, artifact=artifact)
    consume(permit, change=change, actor=actor)


@transaction.atomic
def keep_refusal(
    *,
    change: Change,
    actor: User,
    code: str = "",
    artifact: Artifact = NOTHING,
) -> None:
    """Keep why a start was refused, which undid what was kept then; such a permit is void."""
    locked: Change = change.lock()
    permit, policy = _permit(locked, code), gatekeeping.gate_policy()
    decision = _decision(locked, policy, artifact, permit=permit)
    if decision.verdict <= _most(permit):
        return
    keep(decision, change=locked, actor=actor, occasion=Occasion.STARTED)
    is_known = permit is not None and permit.state == Permit.State.ISSUED
    if is_known or not code:
        revoke(change=locked, actor=actor, why="decided_anew")


AGAIN = """
UPDATE changes_gatedecision SET times = times + 1, last_asked_at = %(now)s
WHERE id = (SELECT max(id) FROM changes_gatedecision WHERE change_id = %(change)s)
  AND occasion = %(occasion)s AND inputs_hash = %(inputs_hash)s
  AND policy_version = %(policy_version)s AND asked_by_id = %(asked_by_id)s
RETURNING *
"""


def keep(
    decision: Decision, *, change: Change, actor: User, occasion: Occasion = Occasion.ASKED
) -> GateDecision:
    """The row of a decision; asked again with nothing changed, the same row counts once more."""
    now = timezone.now()
    same: dict[str, Any] = {
        "occasion": occasion,
        "inputs_hash": decision.inputs_hash,
        "policy_version": decision.policy_version,
        "asked_by_id": actor.pk,
    }
    again = GateDecision.objects.raw(AGAIN, {**same, "change": change.pk, "now": now})
    if (latest := next(iter(again), None)) is not None:
        return latest
    return GateDecision.objects.create(
        **same,
        change=change,
        verdict=decision.verdict.word,
        rules=[
            {
                "id": each.rule,
                "verdict": each.verdict.word,
                "why": each.said.sentences,
                "facts": dict(each.said.facts),
            }
            for each in decision.rulings
        ],
        leaves=decision.leaves,
        inputs=plain_of(decision.inputs),
        retry_at=decision.retry_at,
        made_at=now,
        last_asked_at=now,
    )


def _decision(
    change: Change,
    policy: GatePolicy,
    artifact: Artifact,
    *,
    permit: Permit | None,
    known: Known | None = None,
) -> Decision:
    standing = _standing(change, permit, artifact)
    now = timezone.now()
    return decision_for(change, now=now, policy=policy, permit=standing, known=known)


def _most(permit: Permit | None) -> Verdict:
    """The strictest verdict with which it can be started: silence was consent for some."""
    return Verdict.HOLD if permit and permit.is_by_default else Verdict.ALLOW_GUARDED


def _permit(change: Change, code: str) -> Permit | None:
    """The permit that was shown, whatever became of it, or else the open one."""
    if not code:
        return gatekeeping.open_permit_of(change)
    permit = gatekeeping.permits_of(change).filter(code=code).first()
    if permit is None:
        raise Invalid(_("There is no such permit of this change."), field="permit")
    if permit.state == Permit.State.ISSUED and permit.expires_at <= timezone.now():
        permit.state = Permit.State.EXPIRED
    return permit


def _standing(change: Change, permit: Permit | None, artifact: Artifact) -> str:
    """What rule 2 is told: whether the permit holds, for this artifact."""
    if permit is not None and permit.state != Permit.State.ISSUED:
        return str(permit.state)
    bound = (permit.artifact_digest, permit.sha) if permit else (change.artifact_digest,)
    return "mismatch" if artifact.is_other_than(*bound) else "valid"


def _why(decision: Decision) -> str:
    worst = next(each for each in decision.rulings if each.verdict == decision.verdict)
    names = [str(one) for each in worst.said.facts.values() for one in _listed(each)]
    return f"{worded(worst.said.sentences)} {', '.join(names)}".strip()


def _listed(fact: Any) -> list[Any]:
    return list(fact) if isinstance(fact, list | tuple) else [fact]
