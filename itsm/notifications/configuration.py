"""What of telling is configuration."""

from itsm.core.configuration import Kind, kinds
from itsm.notifications.models import ChatApp, Endpoint, MessageTemplate, WebhookEndpoint

kinds[Endpoint] = Kind("chat_room")
kinds[MessageTemplate] = Kind("message_template")
kinds[ChatApp] = Kind("chat_app")
kinds[WebhookEndpoint] = Kind("webhook")
