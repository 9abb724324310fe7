"""What approvals have done by the clock."""

from datetime import timedelta

from django.utils import timezone

from itsm.approvals import actions, pressing, selectors
from itsm.approvals.models import Approval
from itsm.core.chores import chore

BATCH = 200


@chore(every=timedelta(minutes=1))
def expire_unanswered() -> None:
    """Give up waiting where nobody answered in time."""
    due = Approval.objects.filter(state="requested", due_at__lte=timezone.now())
    for approval in due.order_by("due_at")[:BATCH]:
        actions.expire(approval=approval)


@chore(every=timedelta(minutes=1))
def remind_unheard() -> None:
    """Remind those who have not answered when half of their time is over."""
    for stage in selectors.due_stages("remind_at")[:BATCH]:
        pressing.remind(stage=stage)


@chore(every=timedelta(minutes=1))
def escalate_unanswered() -> None:
    """Pass on what was not answered in its time."""
    for stage in selectors.due_stages("escalate_at")[:BATCH]:
        pressing.escalate(stage=stage)
