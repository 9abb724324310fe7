"""What a ticket's page shows of the leave asked for."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.approvals import selectors
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_see_notes

MOST = 6


@panel("approvals", title=_l("Approvals"), template="approvals/_approvals.html", order=5)
def approvals(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """Who was asked, what they said, and whether it is this person's turn."""
    if not may_see_notes(user) or ticket.kind == "incident":
        return None
    found = list(selectors.approvals_of(ticket)[:MOST])
    if not found:
        return None
    pending = [each for each in found if each.state == "requested"]
    mine = selectors.open_vote_ids(user, pending) if pending else set()
    # Who is asked needs room to look and to answer.
    return {"approvals": found, "mine": mine, "is_wide": bool(mine)}
