"""Reading the inbox, and taking that back."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from itsm.notifications.models import InboxEntry
from itsm.people.models import User
from itsm.tickets.models import Ticket


def mark_read(*, user: User, entry_id: int) -> bool:
    """Take note that a person has read an entry; whether it was new."""
    return bool(_read(user, pk=entry_id))


def mark_unread(*, user: User, entry_id: int) -> bool:
    """Have an entry count as new again; whether it did not."""
    found = InboxEntry.objects.filter(user=user, pk=entry_id, is_read=True)
    return bool(found.update(is_read=False, read_at=None))


def mark_all_read(*, user: User) -> tuple[datetime, int]:
    """Empty the count; the instant by which that can be taken back, and how many were new."""
    now = timezone.now()
    unread = InboxEntry.objects.filter(user=user, is_read=False)
    return now, unread.update(is_read=True, read_at=now)


def take_back(*, user: User, instant: datetime) -> int:
    """Have what was read at this very instant count as new again; how many those were."""
    read = InboxEntry.objects.filter(user=user, is_read=True, read_at=instant)
    return read.update(is_read=False, read_at=None)


def note_visit(*, user: User, ticket: Ticket) -> None:
    """Take note that a person has opened a record, which reads all that was told of it."""
    # As text, because every page of a record does it, and most often there is nothing to read.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_inboxentry SET is_read = true, read_at = %s"
            " WHERE user_id = %s AND ticket_id = %s AND NOT is_read",
            [timezone.now(), user.pk, ticket.pk],
        )


def _read(user: User, **which: object) -> int:
    unread = InboxEntry.objects.filter(user=user, is_read=False, **which)
    return unread.update(is_read=True, read_at=timezone.now())
