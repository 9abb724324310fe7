"""What the page of a record says of rules and runbooks, and those there are to choose from."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.automation.selectors.rules import firings_on, macros_on
from itsm.automation.selectors.runs import runs_of
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_see_notes

MOST_RUNS = 5


@panel("rules", title=_l("Rules and macros"), template="automation/_panel.html", order=80)
def rules(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The rules that acted last, the way to why others did not, and the macros."""
    if not may_see_notes(user):
        return None
    return {"firings": firings_on(ticket), "macros": macros_on(user, ticket)}


@panel("runs", title=_l("Runs"), template="automation/_runs_panel.html", order=40)
def runs(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The newest runs of a record, and the way to the runbooks that can be run for it."""
    found = list(runs_of(user, ticket)[:MOST_RUNS])
    may_run = user.has_perm("runbooks.run")
    return {"runs": found, "may_run": may_run} if found or may_run else None
