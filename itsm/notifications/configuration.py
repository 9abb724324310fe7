"""What of telling is configuration."""

from itsm.core.configuration import Kind, kinds
from itsm.notifications.models import Endpoint, MessageTemplate

kinds[Endpoint] = Kind("chat_room")
kinds[MessageTemplate] = Kind("message_template")
