"""What people are told, by which way, and how that went."""

from itsm.notifications.models.messages import (
    ChatApp,
    ChatReply,
    Endpoint,
    InboxEntry,
    Lane,
    Message,
    MessageTemplate,
    Preference,
    Rhythm,
)
from itsm.notifications.models.webhooks import WebhookCall, WebhookEndpoint

__all__ = [
    "ChatApp",
    "ChatReply",
    "Endpoint",
    "InboxEntry",
    "Lane",
    "Message",
    "MessageTemplate",
    "Preference",
    "Rhythm",
    "WebhookCall",
    "WebhookEndpoint",
]
