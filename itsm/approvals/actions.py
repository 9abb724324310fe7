"""Asking for leave, and giving or refusing it."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.approvals import selectors
from itsm.approvals.conditions import fits
from itsm.approvals.models import Approval, Rule, Stage, Vote
from itsm.approvals.quorum import Quorum, Result, Sort, result_of
from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import Team, User
from itsm.people.roles import Role
from itsm.people.selectors import system_user
from itsm.tickets.models import Ticket

USUAL_TIME = timedelta(days=2)
# Nothing fits no rule: then process managers are asked, and silence is never consent.
DEFAULT = {"name": "Process managers", "role": Role.MANAGER.value, "quorum": "first"}
DEFAULT_RULE = "No rule fits"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What leave is asked for: of what, frozen as it is, and of whom it cannot come."""

    ticket: Ticket
    purpose: str
    snapshot: Mapping[str, Any]
    barred: Collection[int] = ()
    stages: Sequence[Mapping[str, Any]] = ()
    # Set where something speaks against it: then no rule may grant it without anybody's word.
    by_people_only: bool = False
    within: timedelta = USUAL_TIME


@transaction.atomic
def ask(*, question: Question, actor: User) -> Approval:
    """Ask whoever the first fitting rule names; what was asked for the same before is void."""
    ticket = question.ticket
    void(ticket=ticket, actor=actor, purposes=[question.purpose])
    rule = _rule_for(question)
    approval = Approval.objects.create(
        ticket_id=ticket.pk,
        purpose=question.purpose,
        rule_name=rule.name if rule else DEFAULT_RULE,
        snapshot=dict(question.snapshot),
        snapshot_hash=hash_of(question.snapshot),
        barred=sorted(set(question.barred)),
        due_at=timezone.now() + question.within,
    )
    _tell("requested", approval, ticket, actor)
    if rule is not None and rule.outcome == Rule.Outcome.APPROVE and not question.by_people_only:
        return _settle(approval, ticket, Approval.State.APPROVED, system_user())
    if rule is not None and rule.outcome == Rule.Outcome.REJECT:
        return _settle(approval, ticket, Approval.State.REJECTED, system_user())
    stages = rule.stages if rule and rule.stages else question.stages or [DEFAULT]
    for position, stage in enumerate(stages):
        _add_stage(approval, position, stage)
    _open_next(approval)
    return approval


@transaction.atomic
def vote(
    *, approval: Approval, actor: User, word: str, comment: str = "", seen: str = ""
) -> Approval:
    """Say yes, no or nothing to an approval, for one of the person's seats in its open stage.

    ``seen`` is the hash of what was judged; Refused when that is no longer what is asked about.
    """
    if word not in ("approved", "rejected", "abstained"):
        raise Invalid(_("Say approved, rejected or abstained."), field="word")
    if word == "rejected" and not comment.strip():
        raise Invalid(_("Say why not."), field="comment")
    locked = _locked(approval)
    if locked.state != Approval.State.REQUESTED:
        raise Refused(
            _("This has been decided: %(state)s.") % {"state": locked.get_state_display()}
        )
    if seen and seen != locked.snapshot_hash:
        raise Refused(_("What you judged has changed; look at it again."))
    if actor.pk in locked.barred:
        raise NotAllowed(_("Who wrote it or carries it out does not approve it."))
    seats = list(selectors.votes_open_to(actor).filter(stage__approval=locked))
    if not seats:
        raise NotAllowed(_("You are not asked, or have answered already."))
    now = timezone.now()
    # One person has one voice in a stage; the own seat first, which nobody else could take.
    seat = min(seats, key=lambda each: (each.user_id != actor.pk, each.pk))
    Vote.objects.filter(pk=seat.pk).update(
        state=word, cast_by=actor, cast_at=now, comment=comment.strip()[:5000]
    )
    data = {"purpose": locked.purpose, "word": word, "seat": seat.seat, "comment": comment[:500]}
    events.publish(f"{locked.ticket.kind}.voted", locked.ticket, actor=actor, data=data)
    return _count(locked, seat.stage, actor)


@transaction.atomic
def void(*, ticket: Ticket, actor: User, purposes: Collection[str] | None = None) -> int:
    """Say that what was asked is no longer required; how many questions that were."""
    pending = Approval.objects.select_for_update().filter(
        ticket=ticket.pk, state=Approval.State.REQUESTED
    )
    if purposes is not None:
        pending = pending.filter(purpose__in=purposes)
    found = list(pending)
    for each in found:
        _settle(each, ticket, Approval.State.NO_LONGER_REQUIRED, actor)
    return len(found)


@transaction.atomic
def expire(*, approval: Approval) -> None:
    """Give up waiting: what nobody answered in time is not granted."""
    locked = _locked(approval)
    is_due = locked.due_at is not None and locked.due_at <= timezone.now()
    if locked.state == Approval.State.REQUESTED and is_due:
        _settle(locked, locked.ticket, Approval.State.EXPIRED, system_user())


def _locked(approval: Approval) -> Approval:
    """The approval, held. The ticket comes first, as for whoever edits or cancels it: in another
    order the two could wait for each other for ever, and two votes could each miss the other.
    """
    ticket = Ticket.objects.get(pk=approval.ticket_id).lock()
    locked = Approval.objects.select_for_update().get(pk=approval.pk)
    locked.ticket = ticket
    return locked


def hash_of(snapshot: Mapping[str, Any]) -> str:
    """The same for the same picture, whatever its order."""
    text = json.dumps(snapshot, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _rule_for(question: Question) -> Rule | None:
    table = selectors.rules_for(question.ticket.kind, question.purpose)
    return next((each for each in table if fits(each.conditions, question.snapshot)), None)


def _add_stage(approval: Approval, position: int, given: Mapping[str, Any]) -> None:
    stage = Stage.objects.create(
        approval=approval,
        position=position,
        name=str(given.get("name") or _("Approval"))[:120],
        quorum=given.get("quorum", Sort.FIRST.value),
        amount=int(given.get("amount", 1)),
        any_no_denies=bool(given.get("any_no_denies", True)),
    )
    seats = _seats(given, barred=set(approval.barred)) or _seats(DEFAULT, barred=set())
    Vote.objects.bulk_create(Vote(stage=stage, **seat) for seat in seats)


def _seats(given: Mapping[str, Any], *, barred: set[int]) -> list[dict[str, Any]]:
    """Whom a stage asks; who may not judge is left out."""
    people = User.objects.filter(username__in=given.get("users", ()), is_active=True)
    seats: list[dict[str, Any]] = [{"user": each} for each in people if each.pk not in barred]
    if team := given.get("team"):
        found = Team.objects.filter(slug=team).first()
        if found and given.get("each_member"):
            members = User.objects.filter(memberships__team=found, is_active=True, is_bot=False)
            seats += [{"user": each} for each in members if each.pk not in barred]
        elif found:
            seats.append({"team": found})
    if role := given.get("role"):
        seats.append({"role": role})
    return seats


def _open_next(approval: Approval) -> Stage | None:
    waiting = approval.stages.filter(state=Stage.State.WAITING).order_by("position").first()
    if waiting is not None:
        Stage.objects.filter(pk=waiting.pk).update(state=Stage.State.OPEN)
    return waiting


def _count(approval: Approval, stage: Stage, actor: User) -> Approval:
    votes = list(stage.votes.values_list("state", flat=True))
    quorum = Quorum(Sort(stage.quorum), stage.amount, stage.any_no_denies)
    result = result_of(quorum, votes)
    if result is Result.OPEN:
        return approval
    state = Stage.State.GRANTED if result is Result.GRANTED else Stage.State.DENIED
    Stage.objects.filter(pk=stage.pk).update(state=state)
    stage.votes.filter(state=Vote.State.REQUESTED).update(state=Vote.State.NO_LONGER_REQUIRED)
    if result is Result.DENIED:
        return _settle(approval, approval.ticket, Approval.State.REJECTED, actor)
    if _open_next(approval) is None:
        return _settle(approval, approval.ticket, Approval.State.APPROVED, actor)
    return approval


WORDS = {
    Approval.State.APPROVED: "granted",
    Approval.State.REJECTED: "denied",
    Approval.State.NO_LONGER_REQUIRED: "voided",
    Approval.State.EXPIRED: "expired",
}


def _settle(approval: Approval, ticket: Ticket, state: Approval.State, actor: User) -> Approval:
    approval.state, approval.decided_at = state, timezone.now()
    approval.save(update_fields=["state", "decided_at"])
    Vote.objects.filter(stage__approval=approval, state=Vote.State.REQUESTED).update(
        state=Vote.State.NO_LONGER_REQUIRED
    )
    _tell(WORDS[state], approval, ticket, actor)
    return approval


def _tell(word: str, approval: Approval, ticket: Ticket, actor: User) -> None:
    """One event for the ticket's timeline, and one for whoever waits for the answer."""
    data = {"purpose": approval.purpose, "rule": approval.rule_name, "approval": approval.pk}
    events.publish(f"{ticket.kind}.approval_{word}", ticket, actor=actor, data=data)
    events.publish(f"approval.{word}", approval, actor=actor, data=data | {"ticket": ticket.pk})
