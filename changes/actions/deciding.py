"""Asking the gate, and keeping what it said."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from changes import gatekeeping
from changes.actions.permitting import NOTHING, Artifact, consume, issue, revoke
from changes.gate import Decision, Verdict, worded
from changes.gathering import decision_for
from changes.knowing import Known, known_of
from changes.models import Change, GateDecision, GatePolicy, Permit
from itsm.core.errors import Invalid, NotAllowed, NotFound, Refused
from itsm.people.models import User

Occasion = GateDecision.Occasion


@dataclass(frozen=True)
class Answer:
    """What the gate said, and the permit that came of it."""

    change: Change
    decision: GateDecision
    permit: Permit | None = None
    words: Mapping[str, str] | None = None  # the latest on each leave that was asked for
    policy: GatePolicy | None = None  # what it was decided by


@transaction.atomic
def ask_gate(
    *,
    change: Change | str,
    actor: User,
    artifact: Artifact = NOTHING,
) -> Answer:
    """May it go out now? What is said is kept; yes is a permit, no takes an issued one back.

    The change may be named by its number alone: then it is looked for and held in one.
    """
    if not actor.has_perm("changes.work"):
        raise NotAllowed(_("You may not ask the gate."))
    held = change.lock() if isinstance(change, Change) else _held(change, actor)
    return decide_now(change=held, actor=actor, artifact=artifact)


# All of it that is asked about on the way to an answer, held as Ticket.lock holds it; the rest is
# read where it is wanted.
HELD = """
SELECT ticket.id, ticket.number, ticket.kind, ticket.state, ticket.phase, ticket.service_id,
       ticket.assignee_id, ticket.confidential, ticket.version, change.ticket_ptr_id, change.type,
       change.environment, change.planned_start, change.planned_end, change.on_hold,
       change.risk_band, change.artifact_digest, change.template_version_id
FROM tickets_ticket AS ticket JOIN changes_change AS change ON change.ticket_ptr_id = ticket.id
WHERE ticket.number = %s FOR UPDATE OF ticket FOR NO KEY UPDATE OF change
"""


def _held(number: str, actor: User) -> Change:
    """The change of this number, its row held, if this person may see it."""
    change: Change | None = next(iter(Change.objects.raw(HELD, [number])), None)
    if change is None or not gatekeeping.may_see(actor, change):
        raise NotFound(f"There is no {number}.")
    return change


def decide_now(*, change: Change, actor: User, artifact: Artifact) -> Answer:
    """The gate's answer for whoever asked, whatever he may do by now; the change must be held."""
    now = timezone.now()
    known = known_of(change, now=now)
    policy = known.policy
    decision = _decision(change, artifact, permit=None, now=now, known=known)
    kept = keep(decision, change=change, actor=actor, occasion=Occasion.ASKED)
    if decision.verdict > Verdict.ALLOW_GUARDED:
        if known.has_permit:
            revoke(change=change, actor=actor, why="decided_anew")
        return Answer(change, kept, words=known.words, policy=policy)
    permit = issue(
        kept,
        change=change,
        actor=actor,
        holds=timedelta(minutes=policy.permit_minutes),
        artifact=artifact,
        is_first=not known.has_permit,
    )
    return Answer(change, kept, permit, known.words, policy)


def pass_gate(*, change: Change, actor: User, code: str, artifact: Artifact) -> None:
    """Decide anew at the start and use the permit up; the change's row must be held."""
    permit, now = _permit(change, code), timezone.now()
    known = known_of(change, now=now)
    decision = _decision(change, artifact, permit=permit, now=now, known=known)
    if decision.verdict > _most(permit):
        raise Refused(_why(decision), field="permit" if code else "override_reason")
    kept = keep(decision, change=change, actor=actor, occasion=Occasion.STARTED)
    if permit is None or permit.expires_at <= timezone.now():
        holds = timedelta(minutes=known.policy.permit_minutes)
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
    permit = _permit(locked, code)
    decision = _decision(locked, artifact, permit=permit, now=timezone.now())
    if decision.verdict <= _most(permit):
        return
    keep(decision, change=locked, actor=actor, occasion=Occasion.STARTED)
    is_known = permit is not None and permit.state == Permit.State.ISSUED
    if is_known or not code:
        revoke(change=locked, actor=actor, why="decided_anew")


# Asked again with nothing changed, the same row counts once more; else there is a new one.
KEPT = """
WITH again AS (
    UPDATE changes_gatedecision SET times = times + 1, last_asked_at = %(now)s
    WHERE id = (SELECT max(id) FROM changes_gatedecision WHERE change_id = %(change)s)
      AND occasion = %(occasion)s AND inputs_hash = %(inputs_hash)s
      AND policy_version = %(policy_version)s AND asked_by_id = %(asked_by_id)s
    RETURNING id, made_at, times
),
fresh AS (
    INSERT INTO changes_gatedecision
        (change_id, occasion, verdict, rules, leaves, inputs, inputs_hash, policy_version,
         retry_at, asked_by_id, made_at, times, last_asked_at)
    SELECT %(change)s::bigint, %(occasion)s::text, %(verdict)s::text, %(rules)s::jsonb,
           %(leaves)s::jsonb, %(inputs)s::jsonb, %(inputs_hash)s::text, %(policy_version)s::text,
           %(retry_at)s::timestamptz, %(asked_by_id)s::bigint, %(now)s, 1, %(now)s
    WHERE NOT EXISTS (SELECT FROM again)
    RETURNING id, made_at, times
)
TABLE again UNION ALL TABLE fresh
"""


def keep(
    decision: Decision, *, change: Change, actor: User, occasion: Occasion = Occasion.ASKED
) -> GateDecision:
    """The row of a decision; asked again with nothing changed, the same row counts once more."""
    now = timezone.now()
    kept = GateDecision(
        change=change,
        occasion=occasion,
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
        inputs=decision.plain,
        inputs_hash=decision.inputs_hash,
        policy_version=decision.policy_version,
        retry_at=decision.retry_at,
        asked_by_id=actor.pk,
        last_asked_at=now,
    )
    given: dict[str, Any] = {
        "change": change.pk,
        "occasion": occasion.value,
        "now": now,
        "rules": json.dumps(kept.rules),
        "leaves": json.dumps(kept.leaves),
        "inputs": json.dumps(kept.inputs),
        **{name: getattr(kept, name) for name in COPIED},
    }
    with connection.cursor() as cursor:
        cursor.execute(KEPT, given)
        kept.pk, kept.made_at, kept.times = cursor.fetchone()
    kept._state.adding, kept._state.db = False, connection.alias
    return kept


COPIED = ("verdict", "inputs_hash", "policy_version", "retry_at", "asked_by_id")


def _decision(
    change: Change,
    artifact: Artifact,
    *,
    permit: Permit | None,
    now: datetime,
    known: Known | None = None,
) -> Decision:
    standing = _standing(change, permit, artifact)
    return decision_for(change, now=now, permit=standing, known=known)


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
