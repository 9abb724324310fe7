"""Everything that can be done to a ticket of any kind, beside its transitions."""

from itsm.tickets.actions.attachments import attach
from itsm.tickets.actions.comments import comment
from itsm.tickets.actions.editing import clear_priority, edit, override_priority
from itsm.tickets.actions.links import link, unlink, unwatch, watch
from itsm.tickets.actions.pinning import pin, unpin

__all__ = [
    "attach",
    "clear_priority",
    "comment",
    "edit",
    "link",
    "override_priority",
    "pin",
    "unlink",
    "unpin",
    "unwatch",
    "watch",
]
