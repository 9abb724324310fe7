"""Looking again, right before a message is sent, whether it may still be sent."""

from itsm.notifications.channels import channels
from itsm.notifications.choices import choices_of
from itsm.notifications.models import Endpoint, Message
from itsm.notifications.topics import OUTSIDERS, Why
from itsm.people.models import User
from itsm.tickets.answers import where_to_answer
from itsm.tickets.models import Ticket
from itsm.tickets.sight import facts_of, may_see, readers

Because = Message.Because


def obstacle_to(message: Message) -> str:
    """Why a message must not go out now, though it was to when it was written."""
    if message.endpoint is not None:
        return _obstacle_to_room(message, message.endpoint)
    return _obstacle_to_person(message, message.recipient) if message.recipient else ""


def _obstacle_to_room(message: Message, room: Endpoint) -> str:
    if not room.is_active:
        return Because.PREFERENCE
    return Because.CONFIDENTIAL if message.ticket and message.ticket.confidential else ""


def _obstacle_to_person(message: Message, user: User) -> str:
    if not user.is_active:
        return Because.INACTIVE
    if message.why == Why.APPROVER:
        # Not whether he may see the record counts, but whether he is still asked about it.
        if not where_to_answer(message.event, user):
            return Because.ANSWERED
    elif message.why in OUTSIDERS:
        if message.ticket is None or message.ticket.confidential:
            return Because.UNSEEN
    elif message.ticket is not None and not _may_see(
        user, message.ticket, is_public=message.event.public
    ):
        return Because.UNSEEN
    if not choices_of([user])[user.pk].wants(message.topic, message.channel):
        return Because.PREFERENCE
    return "" if channels[message.channel]().address_of(user) else Because.NO_ADDRESS


def _may_see(user: User, ticket: Ticket, *, is_public: bool) -> bool:
    reader, facts = readers([user.pk])[user.pk], facts_of([ticket.pk]).get(ticket.pk)
    return facts is not None and may_see(reader, facts) and (is_public or reader.sees_notes)
