"""Writing down who is to be told of what, each person once by each way."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.models import Event
from itsm.notifications.audience import Concern, concerned, rooms_for
from itsm.notifications.channels import personal_channels
from itsm.notifications.choices import Choices, choices_of
from itsm.notifications.models import Endpoint, Message
from itsm.notifications.timing import due
from itsm.notifications.topics import INBOX, OUTSIDERS, ROOM, TOPICS, Why
from itsm.people.models import User
from itsm.tickets.models import Priority, Ticket

# By hand, because counting on what stands there takes one statement instead of three.
FILL = """
INSERT INTO notifications_inboxentry (user_id, ticket_id, latest_id, unread, is_read)
SELECT user_id, ticket_id, latest_id, 1, false
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS fresh(user_id, ticket_id, latest_id)
ORDER BY user_id
ON CONFLICT (user_id, ticket_id) DO UPDATE SET
    latest_id = greatest(notifications_inboxentry.latest_id, excluded.latest_id),
    unread = CASE WHEN notifications_inboxentry.is_read THEN 1
                  ELSE notifications_inboxentry.unread + 1 END,
    is_read = false,
    read_at = NULL
"""


@transaction.atomic
def tell(*, event: Event, ticket: Ticket) -> list[Message]:
    """Write a message for everyone concerned; telling the same event again adds nothing."""
    if Message.objects.filter(event=event).exists():
        return []
    concerns = concerned(event, ticket)
    choices = choices_of(each.user for each in concerns if not each.because)
    written = [
        message
        for each in concerns
        for message in _messages(event, ticket, each, choices.get(each.user.pk))
    ]
    written += [
        _to_room(event, ticket, room, because) for room, because in rooms_for(event, ticket)
    ]
    # Should two workers get here at once, the unique constraint undoes the second one whole.
    messages = Message.objects.bulk_create(written)
    _fill_inboxes(event, [each for each in messages if _is_in_inbox(each)])
    return messages


@transaction.atomic
def notify(*, ticket: Ticket, people: Collection[User], words: str, actor: User) -> None:
    """Send word of a ticket to these people, as far as each may see it."""
    data = {"users": sorted({each.pk for each in people}), "words": words}
    events.publish(f"{ticket.kind}.notified", ticket, actor=actor, data=data)


@transaction.atomic
def tell_owner(*, event: Event, user: User) -> list[Message]:
    """Tell somebody of what happened to his account, also when he did it himself."""
    if Message.objects.filter(event=event).exists() or user.is_bot or not user.is_active:
        return []
    concern = Concern(user, Why.OWNER, "security", because="")
    written = _messages(event, None, concern, choices_of([user])[user.pk])
    messages = Message.objects.bulk_create(written)
    _fill_inboxes(event, [each for each in messages if _is_in_inbox(each)])
    return messages


def _messages(
    event: Event, ticket: Ticket | None, concern: Concern, choices: Choices | None
) -> list[Message]:
    """One message for each way, or a single one that says why there is none at all."""
    if choices is None:
        return [_skipped(_message(event, ticket, concern, INBOX), concern.because)]
    ways = personal_channels()
    is_wanted = choices.wants(concern.topic, INBOX)
    inbox = _message(event, ticket, concern, INBOX)
    written = [_sent(inbox) if is_wanted else _skipped(inbox, Message.Because.PREFERENCE)]
    for name, way in ways.items():
        message = _message(event, ticket, concern, name)
        if not choices.wants(concern.topic, name):
            written.append(_skipped(message, Message.Because.PREFERENCE))
        elif not way.address_of(concern.user):
            written.append(_skipped(message, Message.Because.NO_ADDRESS))
        else:
            written.append(_queued(message, choices, ticket))
    return written


def _message(event: Event, ticket: Ticket | None, concern: Concern, channel: str) -> Message:
    return Message(
        event=event,
        ticket=ticket,
        recipient=concern.user,
        channel=channel,
        topic=concern.topic,
        why=concern.why,
        subject=_subject(ticket, why=concern.why),
    )


def _subject(ticket: Ticket | None, *, why: Why) -> str:
    if ticket is not None and why in OUTSIDERS:
        return _("Outage: %(service)s") % {"service": ticket.service}
    return f"[{ticket.number}] {ticket.title}"[:300] if ticket else _("Your account")


def _to_room(event: Event, ticket: Ticket, room: Endpoint, because: str) -> Message:
    message = Message(
        event=event,
        ticket=ticket,
        endpoint=room,
        channel=room.kind,
        topic=ROOM,
        why=Why.ENDPOINT,
        subject=_subject(ticket, why=Why.ENDPOINT),
        lane=room.lane,
    )
    return _skipped(message, because) if because else message


def _sent(message: Message) -> Message:
    message.status, message.sent_at = Message.Status.SENT, timezone.now()
    return message


def _skipped(message: Message, because: str) -> Message:
    message.status, message.because = Message.Status.SKIPPED, because
    return message


def _queued(message: Message, choices: Choices, ticket: Ticket | None) -> Message:
    when = due(
        choices.times,
        at=timezone.now(),
        is_critical=_is_critical(message, ticket),
        is_fixed=message.channel in TOPICS[message.topic].fixed,
    )
    message.lane, message.due_at, message.gathered = message.channel, when.at, when.gathered
    return message


def _is_in_inbox(message: Message) -> bool:
    return message.channel == INBOX and message.status == Message.Status.SENT


def _fill_inboxes(event: Event, messages: Sequence[Message]) -> None:
    if not messages:
        return
    columns: list[Any] = [
        [each.recipient_id for each in messages],
        [each.ticket_id for each in messages],
        [each.pk for each in messages],
    ]
    with connection.cursor() as cursor:
        cursor.execute(FILL, columns)
    events.publish("inbox.filled", event, actor=event.actor)


def _is_critical(message: Message, ticket: Ticket | None) -> bool:
    if ticket is None or message.topic != "assigned":
        return False
    return ticket.priority == Priority.CRITICAL
