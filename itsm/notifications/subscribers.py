"""What is told to people once it is committed."""

from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.notifications import actions
from itsm.notifications.audience import CONCERNED
from itsm.notifications.models import Message
from itsm.tickets.models import Ticket

TOLD = tuple(f"*.{word}" for word in CONCERNED)


@on(*TOLD, moment=Moment.AFTER)
def tell(event: Event) -> None:
    """Tell everyone an event of a ticket concerns, whatever the kind of the ticket."""
    ticket = Ticket.objects.filter(pk=event.subject_id, kind=event.subject_type).first()
    if ticket is not None:
        actions.tell(event=event, ticket=ticket)


@on("message.queued", moment=Moment.AFTER)
def send(event: Event) -> None:
    """Take one message to its recipient."""
    message = (
        Message.objects.select_related("recipient", "event__actor", "ticket")
        .filter(pk=event.subject_id)
        .first()
    )
    if message is not None:
        actions.send(message=message)
