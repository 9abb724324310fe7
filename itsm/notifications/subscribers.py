"""What is told to people once it is committed."""

from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.notifications import actions, lanes
from itsm.notifications.audience import CONCERNED
from itsm.notifications.wording import OF_ACCOUNT
from itsm.people.models import User
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


@on(*OF_ACCOUNT, moment=Moment.AFTER)
def tell_owner(event: Event) -> None:
    """Tell somebody of what happened to his account."""
    owner_id = event.data.get("user") if event.subject_type == "apitoken" else event.subject_id
    user = User.objects.filter(pk=owner_id).first()
    if user is not None:
        actions.tell_owner(event=event, user=user)
        lanes.wake()


@on("chat_app.replied", moment=Moment.AFTER)
def answer_in_chat(event: Event) -> None:
    """Tell somebody in a chat what became of the button that was pressed."""
    actions.send_reply(reply_id=event.subject_id)


@on(moment=Moment.AFTER)
def call_webhooks(event: Event) -> None:
    """Have the webhooks that listen for an event called; see ``core.interests``."""
    if actions.queue_calls(event=event):
        lanes.wake()
