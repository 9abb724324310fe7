"""What can be done about messages: telling, sending, and keeping the inbox."""

from itsm.notifications.actions.inbox import (
    mark_all_read,
    mark_read,
    mark_unread,
    note_visit,
    take_back,
)
from itsm.notifications.actions.sending import send
from itsm.notifications.actions.telling import tell

__all__ = [
    "mark_all_read",
    "mark_read",
    "mark_unread",
    "note_visit",
    "send",
    "take_back",
    "tell",
]
