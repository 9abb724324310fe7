"""What of telling is configuration."""

from itsm.core.configuration import Kind, kinds
from itsm.notifications.models import Endpoint

kinds[Endpoint] = Kind("chat_room")
