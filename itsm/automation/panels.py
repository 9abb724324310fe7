"""What the page of a record says of rules, and the macros to run on it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.automation.selectors.rules import firings_on, macros_on
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_see_notes


@panel("rules", title=_l("Rules and macros"), template="automation/_panel.html", order=80)
def rules(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The rules that acted last, the way to why others did not, and the macros."""
    if not may_see_notes(user):
        return None
    return {"firings": firings_on(ticket), "macros": macros_on(user, ticket)}
