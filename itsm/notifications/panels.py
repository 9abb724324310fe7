"""What the page of a record says of telling, and that opening it reads the inbox."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.notifications import actions
from itsm.notifications.selectors import tellings_of
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_see_notes
from itsm.tickets.visits import visits


@visits.add("inbox")
def read_inbox(user: User, ticket: Ticket) -> None:
    """Who looks at a record has read what the inbox says of it."""
    actions.note_visit(user=user, ticket=ticket)


@panel(
    "told",
    title=_l("Who was told"),
    template="notifications/_told.html",
    order=90,
    rows="SELECT 1 FROM notifications_message WHERE ticket_id = %(ticket)s",
)
def who_was_told(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """To whom the newest happenings went, by which ways, and why not to others."""
    tellings = tellings_of(ticket) if may_see_notes(user) else []
    if not tellings:
        return None
    told = sum(each.is_told for each in tellings)
    return {"tellings": tellings, "told": told, "untold": len(tellings) - told}
