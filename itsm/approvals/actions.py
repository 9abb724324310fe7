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
from itsm.approvals.models import NO_RULE, Approval, Rule, Stage, Substitute, Vote
from itsm.approvals.quorum import Quorum, Result, Sort, result_of
from itsm.approvals.telling import record_of, tell, tell_asked
from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import Team, User
from itsm.people.roles import Role
from itsm.people.selectors import manager_of, system_user
from itsm.tickets.models import Ticket

USUAL_TIME = timedelta(days=2)
USUAL_GRACE = 24  # hours from the escalation of a stage to its end
# Nothing fits no rule: then process managers are asked, and silence is never consent.
DEFAULT = {"name": "Process managers", "role": Role.MANAGER.value, "quorum": "first"}


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
    # Whose decision table is asked, where the purpose is that of one thing among many.
    table: str = ""


@transaction.atomic
def ask(*, question: Question, actor: User) -> Approval:
    """Ask whoever the first fitting rule names; what was asked for the same before is void."""
    ticket = question.ticket
    void(ticket=ticket, actor=actor, purposes=[question.purpose])
    rule = _rule_for(question)
    approval = Approval.objects.create(
        ticket_id=ticket.pk,
        purpose=question.purpose,
        rule_name=rule.name if rule else NO_RULE,
        snapshot=dict(question.snapshot),
        snapshot_hash=hash_of(question.snapshot),
        barred=sorted(set(question.barred)),
    )
    tell("requested", approval, ticket, actor)
    if rule is not None and rule.outcome == Rule.Outcome.APPROVE and not question.by_people_only:
        return _settle(approval, ticket, Approval.State.APPROVED, system_user())
    if rule is not None and rule.outcome == Rule.Outcome.REJECT:
        return _settle(approval, ticket, Approval.State.REJECTED, system_user())
    stages = rule.stages if rule and rule.stages else question.stages or [DEFAULT]
    for position, stage in enumerate(stages):
        _add_stage(approval, position, stage, within=question.within)
    _open_next(approval)
    return approval


@transaction.atomic
def vote(
    *,
    approval: Approval,
    actor: User,
    word: str,
    comment: str = "",
    seen: str = "",
    way: str = "",
) -> Approval:
    """Say yes, no or nothing to an approval, for one of the person's seats in its open stage.

    ``seen`` is the hash of what was judged; Refused when that is no longer what is asked about.
    ``way`` is kept with the word where it did not come from somebody who was signed in.
    """
    if word not in ("approved", "rejected", "abstained"):
        raise Invalid(_("Say approved, rejected or abstained."), field="word")
    if word == "rejected" and not comment.strip():
        raise Invalid(_("Say why not."), field="comment")
    held = locked(approval)
    if held.state != Approval.State.REQUESTED:
        raise Refused(_("This has been decided: %(state)s.") % {"state": held.get_state_display()})
    if seen and seen != held.snapshot_hash:
        raise Refused(_("What you judged has changed; look at it again."))
    if actor.pk in held.barred:
        raise NotAllowed(_("Who wrote it or carries it out does not approve it."))
    # Whoever takes the substitute away waits until this word has been counted, or comes before it.
    list(Substitute.objects.select_for_update().filter(substitute=actor).order_by("pk"))
    seats = list(selectors.votes_open_to(actor).filter(stage__approval=held))
    if not seats:
        raise NotAllowed(_("You are not asked, or have answered already."))
    now = timezone.now()
    # One person has one voice in a stage; the own seat first, which nobody else could take.
    seat = min(seats, key=lambda each: (each.user_id != actor.pk, each.pk))
    Vote.objects.filter(pk=seat.pk).update(
        state=word, cast_by=actor, cast_at=now, comment=comment.strip()[:5000]
    )
    data = {"purpose": held.purpose, "word": word, "seat": seat.seat, "comment": comment[:500]}
    data |= {"way": way} if way else {}
    events.publish(f"{held.ticket.kind}.voted", record_of(held.ticket), actor=actor, data=data)
    return _count(held, seat.stage, actor)


@transaction.atomic
def keep_from_judging(*, ticket: Ticket, person: User) -> None:
    """From now on this person gives no leave for a ticket; Refused where he has given it."""
    given = Vote.objects.filter(
        stage__approval__ticket=ticket.pk,
        stage__approval__state__in=(Approval.State.REQUESTED, Approval.State.APPROVED),
        state=Vote.State.APPROVED,
        cast_by=person,
    )
    if given.exists():
        sentence = _("%(who)s has agreed to %(number)s and so does not carry it out.")
        raise Refused(sentence % {"who": person, "number": ticket.number})
    asked = Approval.objects.select_for_update().filter(
        ticket=ticket.pk, state=Approval.State.REQUESTED
    )
    for each in asked.order_by("pk"):
        if person.pk not in each.barred:
            each.barred = sorted([*each.barred, person.pk])
            each.save(update_fields=["barred"])


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
    held = locked(approval)
    is_due = held.due_at is not None and held.due_at <= timezone.now()
    if held.state == Approval.State.REQUESTED and is_due:
        _settle(held, held.ticket, Approval.State.EXPIRED, system_user())


def locked(approval: Approval) -> Approval:
    """The approval, held. The ticket comes first, as for whoever edits or cancels it: in another
    order the two could wait for each other for ever, and two votes could each miss the other.
    """
    ticket = Ticket.objects.get(pk=approval.ticket_id).lock()
    held = Approval.objects.select_for_update().get(pk=approval.pk)
    held.ticket = ticket
    return held


def hash_of(snapshot: Mapping[str, Any]) -> str:
    """The same for the same picture, whatever its order."""
    text = json.dumps(snapshot, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _rule_for(question: Question) -> Rule | None:
    table = selectors.rules_for(question.ticket.kind, question.table or question.purpose)
    return next((each for each in table if fits(each.conditions, question.snapshot)), None)


def _add_stage(
    approval: Approval, position: int, given: Mapping[str, Any], *, within: timedelta
) -> None:
    stage = Stage.objects.create(
        approval=approval,
        position=position,
        name=str(given.get("name") or _("Approval"))[:120],
        quorum=given.get("quorum", Sort.FIRST.value),
        amount=int(given.get("amount", 1)),
        any_no_denies=bool(given.get("any_no_denies", True)),
        allowed=timedelta(hours=given["hours"]) if "hours" in given else within,
        grace=timedelta(hours=given.get("hours_after", USUAL_GRACE)),
    )
    seats = _seats(given, approval) or [{"role": DEFAULT["role"]}]
    Vote.objects.bulk_create(Vote(stage=stage, **seat) for seat in seats)


def _seats(given: Mapping[str, Any], approval: Approval) -> list[dict[str, Any]]:
    """Whom a stage asks; who may not judge is left out.

    Each person has one seat, however he came to it: he has one voice, and another seat would wait
    for ever.
    """
    people = list(User.objects.filter(username__in=given.get("users", ()), is_active=True))
    others: list[dict[str, Any]] = []
    if team := given.get("team"):
        found = Team.objects.filter(slug=team).first()
        if found and given.get("each_member"):
            people += User.objects.filter(memberships__team=found, is_active=True, is_bot=False)
        elif found:
            others.append({"team": found})
    if role := given.get("role"):
        others.append({"role": role})
    if given.get("manager"):
        # Of who gets it, or of who asked; without one, process managers.
        person = approval.ticket.caller or approval.ticket.opened_by
        if above := manager_of(person, without=approval.barred):
            people.append(above)
        else:
            others.append({"role": DEFAULT["role"]})
    asked = dict.fromkeys(each for each in people if each.pk not in approval.barred)
    return [{"user": each} for each in asked] + others


def _open_next(approval: Approval) -> Stage | None:
    """Ask the next stage; its time begins now."""
    waiting = approval.stages.filter(state=Stage.State.WAITING).order_by("position").first()
    if waiting is None:
        return None
    now = timezone.now()
    waiting.state = Stage.State.OPEN
    waiting.remind_at = now + waiting.allowed / 2
    waiting.escalate_at = now + waiting.allowed
    waiting.save(update_fields=["state", "remind_at", "escalate_at"])
    approval.due_at = now + waiting.allowed + waiting.grace
    approval.save(update_fields=["due_at"])
    waiting.approval = approval
    tell_asked("asked", waiting, list(waiting.votes.order_by("pk")))
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
    tell(WORDS[state], approval, ticket, actor)
    return approval
