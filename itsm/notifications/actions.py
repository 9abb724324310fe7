"""Telling people of what happened, each person once by each way."""

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from itsm.core import events
from itsm.core.models import Event
from itsm.notifications.audience import concerned
from itsm.notifications.channels import INBOX, Letter, channels
from itsm.notifications.models import Message
from itsm.people.models import User
from itsm.tickets.models import Ticket


@transaction.atomic
def tell(*, event: Event, ticket: Ticket) -> list[Message]:
    """Write a message for everyone concerned; telling the same event again adds nothing."""
    if Message.objects.filter(event=event).exists():
        return []
    # Should two workers get here at once, the unique constraint undoes the second one whole.
    messages = Message.objects.bulk_create(
        _message(event, ticket, user, reason, channel)
        for user, reason in concerned(event, ticket)
        for channel in _ways_to(user)
    )
    queued = [each for each in messages if each.status == Message.Status.QUEUED]
    events.publish("message.queued", *queued, actor=event.actor)
    return messages


def _message(event: Event, ticket: Ticket, user: User, reason: str, channel: str) -> Message:
    is_there = channel == INBOX
    return Message(
        event=event,
        recipient=user,
        channel=channel,
        why=reason,
        number=ticket.number,
        subject=f"[{ticket.number}] {ticket.title}"[:300],
        status=Message.Status.SENT if is_there else Message.Status.QUEUED,
        sent_at=timezone.now() if is_there else None,
    )


def _ways_to(user: User) -> list[str]:
    return [INBOX, *(name for name, way in channels.items() if way().can_reach(user))]


def send(*, message: Message) -> None:
    """Take a queued message to its recipient; raises what the channel raises."""
    if message.status != Message.Status.QUEUED:
        return
    if not message.recipient.is_active:
        _settle(message, Message.Status.SKIPPED, "The person may no longer sign in.")
        return
    channels[message.channel]().send(_letter(message))
    _settle(message, Message.Status.SENT, "")


def _letter(message: Message) -> Letter:
    section = "" if message.recipient.is_staffer else "portal/"
    body = render_to_string(
        "notifications/letter.txt",
        {
            "message": message,
            "event": message.event,
            "address": f"{settings.BASE_URL}/{section}incidents/{message.number}/",
        },
    )
    return Letter(f"message-{message.pk}", message.recipient, message.subject, body)


def _settle(message: Message, status: str, detail: str) -> None:
    Message.objects.filter(pk=message.pk, status=Message.Status.QUEUED).update(
        status=status, detail=detail, sent_at=timezone.now()
    )


def mark_read(*, user: User, up_to: int) -> int:
    """Take note that a person has read the inbox up to a message; how many were new."""
    unread = Message.objects.filter(
        recipient=user, channel=INBOX, pk__lte=up_to, read_at__isnull=True
    )
    return unread.update(read_at=timezone.now())
