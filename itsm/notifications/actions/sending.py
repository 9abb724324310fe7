"""Taking messages to their recipients."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from itsm.notifications.channels import Letter, channels
from itsm.notifications.models import Message
from itsm.tickets.desks import address_of


def send(*, message: Message) -> None:
    """Take a queued message to its recipient; raises what the channel raises."""
    if message.status != Message.Status.QUEUED:
        return
    if not message.recipient.is_active:
        _settle(message, Message.Status.SKIPPED, because=Message.Because.INACTIVE)
        return
    channels[message.channel]().send(_letter(message))
    _settle(message, Message.Status.SENT)


def _letter(message: Message) -> Letter:
    address = address_of(message.ticket) if message.ticket else "/inbox/"
    body = render_to_string(
        "notifications/letter.txt",
        {"message": message, "event": message.event, "address": f"{settings.BASE_URL}{address}"},
    )
    return Letter(f"message-{message.pk}", message.recipient, message.subject, body)


def _settle(message: Message, status: str, *, because: str = "") -> None:
    Message.objects.filter(pk=message.pk, status=Message.Status.QUEUED).update(
        status=status, because=because, sent_at=timezone.now()
    )
