"""What approvals have done by the clock."""

from datetime import timedelta

from django.utils import timezone

from itsm.approvals import actions
from itsm.approvals.models import Approval
from itsm.core.chores import chore

BATCH = 200


@chore(every=timedelta(minutes=1))
def expire_unanswered() -> None:
    """Give up waiting where nobody answered in time."""
    due = Approval.objects.filter(state="requested", due_at__lte=timezone.now())
    for approval in due.order_by("due_at")[:BATCH]:
        actions.expire(approval=approval)
