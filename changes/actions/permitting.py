"""Permits: issued by the gate, used once, and taken back when what they were given for changes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from changes import gatekeeping
from changes.models import Change, GateDecision, Permit
from itsm.core import events
from itsm.people.models import User
from itsm.people.selectors import system_user


@dataclass(frozen=True)
class Artifact:
    """What is about to go out: its digest, and the revision it was made from."""

    digest: str = ""
    sha: str = ""

    def is_other_than(self, digest: str, sha: str = "") -> bool:
        """Whether both sides name a digest or a revision and they differ."""
        pairs = ((self.digest, digest), (self.sha, sha))
        return any(ours and theirs and ours != theirs for ours, theirs in pairs)


NOTHING = Artifact()
FORGOTTEN_AT_ONCE = 2000


def issue(
    decision: GateDecision,
    *,
    change: Change,
    actor: User,
    holds: timedelta,
    artifact: Artifact = NOTHING,
    is_by_default: bool = False,
    is_first: bool = False,
) -> Permit:
    """The permit for this artifact: the open one, or a new one in the place of any other.

    The change's row must be held: two permits at once would be two starts. ``is_first`` where it is
    known already that there is no open one.
    """
    now = timezone.now()
    bound = {"artifact_digest": artifact.digest or change.artifact_digest, "sha": artifact.sha}
    found = None if is_first else gatekeeping.open_permit_of(change)
    if found is not None:
        if found.expires_at > now and bound.items() <= vars(found).items():
            return found
        is_over = found.expires_at <= now
        state = Permit.State.EXPIRED if is_over else Permit.State.REVOKED
        _end(found, change, state, actor, why="expired" if is_over else "replaced")
    permit = Permit.objects.create(
        **bound,
        code=secrets.token_hex(16),
        change=change,
        decision=decision,
        environment=change.environment,
        is_by_default=is_by_default,
        issued_to=actor,
        expires_at=now + holds,
    )
    data = {"permit": permit.pk, "expires_at": permit.expires_at.isoformat()}
    events.publish("change.permit_issued", change, actor=actor, data=data)
    return permit


def consume(permit: Permit, *, change: Change, actor: User) -> None:
    """Use a permit up; the change's row must be held."""
    _end(permit, change, Permit.State.CONSUMED, actor, why="used")


def revoke(*, change: Change, actor: User, why: str) -> None:
    """Take back what has been issued and not used; within a transaction."""
    found = gatekeeping.open_permit_of(change)
    if found is not None:
        _end(found, change, Permit.State.REVOKED, actor, why=why)


@transaction.atomic
def expire(*, permit: Permit) -> None:
    """End a permit whose time has passed, unless it was used meanwhile."""
    change: Change = Change(pk=permit.change_id).lock()
    found = gatekeeping.open_permit_of(change)
    if found is not None and found.pk == permit.pk and found.expires_at <= timezone.now():
        _end(found, change, Permit.State.EXPIRED, system_user(), why="expired")


def forget_decisions(*, now: datetime) -> int:
    """Delete what the gate said so long ago that nobody asks, unless a change was started by it.

    How many decisions that were; some at a time, so that nobody waits for it.
    """
    before = now - timedelta(days=gatekeeping.gate_policy().kept_days)
    old = gatekeeping.decisions_of_no_use(before).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]
    found = list(old)
    GateDecision.objects.filter(pk__in=found).delete()
    return len(found)


def _end(permit: Permit, change: Change, state: Permit.State, actor: User, *, why: str) -> None:
    ended = Permit.objects.filter(pk=permit.pk, state=Permit.State.ISSUED).update(
        state=state, ended_at=timezone.now(), why_ended=why
    )
    if not ended:
        raise RuntimeError(f"The permit {permit.pk} was used while its change was held.")
    permit.state = state
    events.publish(
        f"change.permit_{state.value}",
        change,
        actor=actor,
        data={"permit": permit.pk, "why": why},
    )
