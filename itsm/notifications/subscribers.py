"""What is told to people once it is committed."""

from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.notifications import actions, lanes
from itsm.notifications.audience import CONCERNED
from itsm.tickets.models import Ticket

TOLD = tuple(f"*.{word}" for word in CONCERNED)


@on(*TOLD, moment=Moment.AFTER)
def tell(event: Event) -> None:
    """Tell everyone an event of a ticket concerns, whatever the kind of the ticket."""
    ticket = Ticket.objects.filter(pk=event.subject_id, kind=event.subject_type).first()
    if ticket is not None:
        actions.tell(event=event, ticket=ticket)
        # Only a nudge: if it is lost, the chore finds what is due a few seconds later.
        lanes.wake()
