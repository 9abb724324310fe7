"""Proposing for what comes, and judging by what it became."""

from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.proposals import actions
from itsm.tickets.models import Ticket


@on("incident.opened", moment=Moment.AFTER)
def propose(event: Event) -> None:
    """Propose what a new incident lacks."""
    ticket = Ticket.objects.filter(pk=event.subject_id).first()
    if ticket is not None:
        actions.propose(ticket=ticket)


@on("incident.resolved", "incident.closed", moment=Moment.AFTER)
def judge(event: Event) -> None:
    """See whether what was proposed was right."""
    ticket = Ticket.objects.filter(pk=event.subject_id).first()
    if ticket is not None:
        actions.judge(ticket=ticket)
