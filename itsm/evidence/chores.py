"""What is done about evidence by the clock."""

from datetime import timedelta

from django.utils import timezone

from itsm.core.chores import chore
from itsm.evidence import actions, selectors
from itsm.evidence.models import EvidencePack


@chore(every=timedelta(minutes=5))
def forget_old_lines() -> None:
    """Delete the log lines that are too old or too many to be evidence."""
    actions.forget_old_lines(now=timezone.now())


@chore(every=timedelta(minutes=1))
def look_again() -> None:
    """Make another pack of young, urgent incidents once more is known than at their beginning."""
    now = timezone.now()
    for ticket in selectors.unsettled(now):
        is_later = ticket.opened_at <= now - selectors.SETTLED
        why = EvidencePack.Why.LATER if is_later else EvidencePack.Why.BEGUN
        actions.make_pack(ticket=ticket, why=why)
