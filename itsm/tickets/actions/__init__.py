"""Everything that can be done to a ticket of any kind, beside its transitions."""

from itsm.tickets.actions.attachments import attach
from itsm.tickets.actions.comments import comment
from itsm.tickets.actions.drafting import (
    attach_to_draft,
    detach_from_draft,
    forget_old_drafts,
    keep_draft,
)
from itsm.tickets.actions.editing import clear_priority, edit, override_priority
from itsm.tickets.actions.links import link, unlink, unwatch, watch
from itsm.tickets.actions.pinning import pin, unpin
from itsm.tickets.actions.rating import may_change_rating, rate
from itsm.tickets.actions.replies import may_change, remove_template, save_template

__all__ = [
    "attach",
    "attach_to_draft",
    "clear_priority",
    "comment",
    "detach_from_draft",
    "edit",
    "forget_old_drafts",
    "keep_draft",
    "link",
    "may_change",
    "may_change_rating",
    "override_priority",
    "pin",
    "rate",
    "remove_template",
    "save_template",
    "unlink",
    "unpin",
    "unwatch",
    "watch",
]
