"""What is proposed for the record that is open."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.people.models import User
from itsm.proposals.selectors import open_proposals, proposed_for
from itsm.proposals.targets import LABELS, PATHS
from itsm.tickets.beside import Part, besides
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_work


@panel(
    "proposals",
    title=_l("Proposed"),
    template="proposals/_proposals.html",
    kinds=("incident",),
    order=4,
    rows="SELECT 1 FROM proposals_proposal"
    " WHERE ticket_id = %(ticket)s AND value <> '' AND taken_at IS NULL",
)
def proposals(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """Values for what is empty, with what spoke for each, taken by one click."""
    if not may_work(user, ticket) or not ticket.is_open():
        return None
    found = [
        (each, LABELS[each.field], round(100 * each.sureness)) for each in open_proposals(ticket)
    ]
    return {"proposals": found} if found else None


# What the form of a new incident asks for.
ASKED = ("service", "assignee")


@besides.add("proposals")
def while_typing(user: User, typed: Mapping[str, str]) -> Part | None:
    """What the house would propose for what is being typed, to be taken into the form."""
    record = {
        "title": typed["title"],
        "description": typed["description"],
        PATHS["service"]: typed["service"],
        "opened_by__username": user.username,
    }
    found = [each for each in proposed_for(record) if each.value and each.field in ASKED]
    return Part("proposals/_typed.html", {"proposals": found}) if found else None
