"""What can be done about messages: telling, sending, choosing, and keeping the inbox."""

from itsm.notifications.actions.calling import (
    call_again,
    forget_calls,
    listen,
    queue_call,
    queue_calls,
)
from itsm.notifications.actions.chatting import reply_later, send_reply
from itsm.notifications.actions.choosing import choose_rhythm, choose_topics
from itsm.notifications.actions.forgetting import forget_messages
from itsm.notifications.actions.inbox import (
    mark_all_read,
    mark_read,
    mark_unread,
    note_visit,
    take_back,
)
from itsm.notifications.actions.posting import run_lane, send_again, try_out
from itsm.notifications.actions.telling import notify, tell, tell_owner

__all__ = [
    "call_again",
    "choose_rhythm",
    "choose_topics",
    "forget_calls",
    "forget_messages",
    "listen",
    "mark_all_read",
    "mark_read",
    "mark_unread",
    "note_visit",
    "notify",
    "queue_call",
    "queue_calls",
    "reply_later",
    "run_lane",
    "send_again",
    "send_reply",
    "take_back",
    "tell",
    "tell_owner",
    "try_out",
]
