"""Questions about the gate: what it goes by, what it said, and which permits there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from changes.gate import Policy, Verdict
from changes.models import Change, GateDecision, GatePolicy, GateWait, Permit
from changes.replaying import Difference, difference
from itsm.approvals.models import Approval
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import visible_tickets

# Whose leave can be asked for; who was to approve the change itself is asked by its own road.
LEAVES = frozenset({"ecab", "incident", "service_owner"})
GOES = (Verdict.ALLOW.word, Verdict.ALLOW_GUARDED.word)
# States from which a change can still come to be scheduled without anybody planning it anew.
ON_ITS_WAY = ("assess", "authorize", "on_hold")


def gate_policy() -> GatePolicy:
    """What the organisation has set, or the usual values."""
    # Word for word: it is asked for with every delivery, and there is one at most.
    found = GatePolicy.objects.raw("SELECT * FROM changes_gatepolicy LIMIT 1")
    return next(iter(found), None) or GatePolicy()


def may_see(user: User, change: Change) -> bool:
    """Whether this person may see the change; asked about without a statement where it can be."""
    if user.has_perm("tickets.view_all") and not change.confidential:
        return True
    return visible_tickets(user, Change).filter(pk=change.pk).exists()


def decisions_of(change: Ticket) -> QuerySet[GateDecision]:
    """What the gate said of a change, the latest first."""
    return GateDecision.objects.filter(change=change.pk).select_related("asked_by").order_by("-pk")


def decisions_of_no_use(before: datetime) -> QuerySet[GateDecision]:
    """What was said before then, last asked before then, and started no change."""
    used = Permit.objects.filter(decision=OuterRef("pk"), state=Permit.State.CONSUMED)
    open_permits = Permit.objects.filter(decision=OuterRef("pk"), state=Permit.State.ISSUED)
    waits = GateWait.objects.filter(decision=OuterRef("pk"), answered_at=None)
    old = GateDecision.objects.filter(made_at__lt=before, last_asked_at__lt=before)
    return old.exclude(Exists(used) | Exists(open_permits) | Exists(waits)).order_by("made_at")


def visible_decisions(user: User) -> QuerySet[GateDecision]:
    """What the gate said of the changes this person may see."""
    if not user.has_perm("tickets.view_all"):
        return GateDecision.objects.none()
    seen = visible_tickets(user, Change).order_by().values("pk")
    return GateDecision.objects.filter(change__in=seen)


def visible_permits(user: User) -> QuerySet[Permit]:
    """The permits of the changes this person may see."""
    if not user.has_perm("tickets.view_all"):
        return Permit.objects.none()
    seen = visible_tickets(user, Change).order_by().values("pk")
    return Permit.objects.filter(change__in=seen)


def permits_of(change: Ticket) -> QuerySet[Permit]:
    """The permits of a change, the latest first."""
    return Permit.objects.filter(change=change.pk).select_related("issued_to").order_by("-pk")


def open_permit_of(change: Ticket) -> Permit | None:
    """The permit with which the change can be started, were it in time."""
    return permits_of(change).filter(state=Permit.State.ISSUED).first()


def permits_over(now: datetime) -> QuerySet[Permit]:
    """The permits whose time has passed without their being used."""
    return Permit.objects.filter(state=Permit.State.ISSUED, expires_at__lte=now)


def guard_of(verdict: str, policy: GatePolicy | None = None) -> Mapping[str, int] | None:
    """How a careful start goes, where the verdict asks for one."""
    if verdict != Verdict.ALLOW_GUARDED.word:
        return None
    policy = policy or gate_policy()
    return {"canary_percent": policy.canary_percent, "bake_minutes": policy.bake_minutes}


def is_final(
    decision: GateDecision, change: Change, words: Mapping[str, str] | None = None
) -> bool:
    """Whether waiting longer is of no use: it may go, or nothing that is under way changes a no.

    ``words`` is what was said last on each leave, where that is known already.
    """
    if decision.verdict in GOES:
        return True
    if decision.verdict == Verdict.DENY.word:
        denying = [each["id"] for each in decision.rules if each["verdict"] == decision.verdict]
        return denying != ["standing"] or decision.inputs["state"] not in ON_ITS_WAY
    latest = _latest_words(change) if words is None else words
    return any(
        latest.get(each) in (Approval.State.REJECTED, Approval.State.EXPIRED)
        for each in decision.leaves
    )


def leaves_to_ask_for(decision: GateDecision, change: Change) -> list[str]:
    """Whose leave is missing, can be asked for and is not being asked for."""
    missing = [each for each in decision.leaves if each in LEAVES]
    if not missing:
        return []
    latest = _latest_words(change)
    return [each for each in missing if latest.get(each) != Approval.State.REQUESTED]


def _latest_words(change: Change) -> dict[str, str]:
    asked = Approval.objects.filter(ticket=change.pk).order_by("pk")
    return dict(asked.values_list("purpose", "state"))


def visible_waits(user: User) -> QuerySet[GateWait]:
    """The questions about changes this person may see."""
    if not user.has_perm("tickets.view_all"):
        return GateWait.objects.none()
    seen = visible_tickets(user, Change).order_by().values("pk")
    waits = GateWait.objects.filter(change__in=seen)
    return waits.select_related("change", "decision", "permit").defer("callback_secret")


def open_wait_of(change: Change, user: User, digest: str, sha: str) -> GateWait | None:
    """The question this person has put about this artifact and that is not answered yet."""
    return GateWait.objects.filter(
        change=change, asked_by=user, artifact_digest=digest, sha=sha, answered_at=None
    ).first()


def open_waits_of(changes: Collection[int]) -> QuerySet[GateWait]:
    """The questions about these changes that are not answered yet."""
    return GateWait.objects.filter(change__in=changes, answered_at=None).order_by("pk")


def waits_due(now: datetime) -> QuerySet[GateWait]:
    """The questions to look at again."""
    return GateWait.objects.filter(answered_at=None, check_at__lte=now).order_by("check_at")


def answered(waits: Collection[int]) -> set[int]:
    """Those of these questions that are answered."""
    found = GateWait.objects.filter(pk__in=waits, answered_at__isnull=False)
    return set(found.values_list("pk", flat=True))


def untold(wait: int) -> GateWait | None:
    """An answer that has yet to be sent to the address it was asked for."""
    found = GateWait.objects.filter(pk=wait, told_at=None, answered_at__isnull=False)
    related = found.select_related("change", "decision", "permit")
    return related.exclude(callback_url="").first()


REPLAYED = timedelta(days=90)
MOST_LOOKED_AT = 1000  # decisions of one page, of which as many as these are shown
MOST_SHOWN = 50


@dataclass(frozen=True)
class Replayed:
    """A decision that was kept, and how it would have been another."""

    decision: GateDecision
    difference: Difference


@dataclass(frozen=True)
class Replay:
    """A page of decisions decided again: how many were looked at, and where the next begins."""

    looked_at: int
    differences: list[Replayed]
    next_before: int | None


def replayed(user: User, policy: Policy, *, before: int | None = None) -> Replay:
    """What these values would have said otherwise in the last 90 days, the latest first."""
    # What a deadline decided was decided by silence, not by what was known.
    asked = visible_decisions(user).exclude(occasion=GateDecision.Occasion.DEADLINE)
    asked = asked.filter(made_at__gte=timezone.now() - REPLAYED)
    if before is not None:
        asked = asked.filter(pk__lt=before)
    found: list[Replayed] = []
    looked_at, last = 0, None
    for each in asked.select_related("change").order_by("-pk")[:MOST_LOOKED_AT]:
        looked_at, last = looked_at + 1, each.pk
        told = difference(each.verdict, each.rules, each.inputs, policy)
        if told is not None:
            found.append(Replayed(each, told))
        if len(found) == MOST_SHOWN:
            break
    is_cut = looked_at == MOST_LOOKED_AT or len(found) == MOST_SHOWN
    return Replay(looked_at, found, last if is_cut else None)
