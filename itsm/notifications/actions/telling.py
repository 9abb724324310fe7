"""Writing down who is to be told of what, each person once by each way."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from itsm.core import events
from itsm.core.models import Event
from itsm.notifications.audience import Concern, concerned
from itsm.notifications.channels import channels
from itsm.notifications.models import Message
from itsm.notifications.topics import INBOX
from itsm.tickets.models import Ticket

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
    # Should two workers get here at once, the unique constraint undoes the second one whole.
    messages = Message.objects.bulk_create(
        message for each in concerned(event, ticket) for message in _messages(event, ticket, each)
    )
    _fill_inboxes(event, [each for each in messages if _is_in_inbox(each)])
    queued = [each for each in messages if each.status == Message.Status.QUEUED]
    events.publish("message.queued", *queued, actor=event.actor)
    return messages


def _messages(event: Event, ticket: Ticket, concern: Concern) -> list[Message]:
    """One message for each way, or a single one that says why there is none."""
    if concern.because:
        return [_message(event, ticket, concern, INBOX)]
    ways = [name for name, way in channels.items() if way().can_reach(concern.user)]
    return [_message(event, ticket, concern, each) for each in (INBOX, *ways)]


def _message(event: Event, ticket: Ticket, concern: Concern, channel: str) -> Message:
    status = Message.Status.SENT if channel == INBOX else Message.Status.QUEUED
    if concern.because:
        status = Message.Status.SKIPPED
    return Message(
        event=event,
        ticket=ticket,
        recipient=concern.user,
        channel=channel,
        topic=concern.topic,
        why=concern.why,
        subject=f"[{ticket.number}] {ticket.title}"[:300],
        status=status,
        because=concern.because,
        sent_at=timezone.now() if status == Message.Status.SENT else None,
    )


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
