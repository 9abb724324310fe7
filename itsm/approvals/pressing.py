"""What becomes of a stage that nobody answers: a reminder, then it also goes to somebody else."""

from django.db import transaction
from django.utils import timezone

from itsm.approvals.actions import locked
from itsm.approvals.asked import senior_to
from itsm.approvals.models import Stage, Vote
from itsm.approvals.telling import tell_asked
from itsm.people.roles import Role
from itsm.people.selectors import system_user


@transaction.atomic
def remind(*, stage: Stage) -> None:
    """Remind those who have not answered, once, when half of their time is over."""
    waiting = _waiting(stage, "remind_at")
    if waiting is not None:
        Stage.objects.filter(pk=waiting.pk).update(remind_at=None)
        tell_asked("reminded", waiting, _unheard(waiting))


@transaction.atomic
def escalate(*, stage: Stage) -> None:
    """Let those above also answer for whoever has not; the seats stay as many as they were."""
    waiting = _waiting(stage, "escalate_at")
    if waiting is None:
        return
    Stage.objects.filter(pk=waiting.pk).update(escalate_at=None, escalated_at=timezone.now())
    votes = _unheard(waiting)
    for vote in votes:
        senior = senior_to(vote, barred=waiting.approval.barred)
        vote.escalated_to = senior
        vote.escalated_role = "" if senior else _role_above(vote)
        vote.save(update_fields=["escalated_to", "escalated_role"])
    tell_asked("escalated", waiting, votes, actor=system_user())


def _role_above(vote: Vote) -> str:
    return Role.ADMIN if vote.role == Role.MANAGER else Role.MANAGER


def _waiting(stage: Stage, column: str) -> Stage | None:
    """The stage, held, if it is still open and this is still due; somebody may have been faster."""
    approval = locked(stage.approval)
    now = timezone.now()
    found = Stage.objects.filter(pk=stage.pk, state=Stage.State.OPEN, **{f"{column}__lte": now})
    waiting = found.first() if approval.state == "requested" else None
    if waiting is not None:
        waiting.approval = approval
    return waiting


def _unheard(stage: Stage) -> list[Vote]:
    return list(stage.votes.filter(state=Vote.State.REQUESTED).order_by("pk"))
