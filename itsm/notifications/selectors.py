"""Questions about what people were told."""

from django.db.models import QuerySet

from itsm.notifications.channels import INBOX
from itsm.notifications.models import Message
from itsm.people.models import User


def inbox_of(user: User) -> QuerySet[Message]:
    """What a person was told in the product itself, newest first."""
    mine = Message.objects.filter(recipient=user, channel=INBOX)
    return mine.select_related("event__actor").order_by("-id")


def unread_count(user: User, *, most: int = 100) -> int:
    """How many messages a person has not read, counted no further than ``most``."""
    unread = Message.objects.filter(recipient=user, channel=INBOX, read_at__isnull=True)
    return unread.order_by()[:most].count()
