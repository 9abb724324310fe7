"""What an incident's page shows beside its properties."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from incidents import selectors
from incidents.models import Incident
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel

MOST_ALERTS = 12
MOST_CHILDREN = 20


@panel(
    "alerts", title=_l("Alerts"), template="incidents/_alerts.html", kinds=("incident",), order=20
)
def alerts(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The alerts behind the incident, firing ones first."""
    found = list(selectors.alerts_of(user, ticket)[: MOST_ALERTS + 1])
    return {"alerts": found[:MOST_ALERTS], "has_more": len(found) > MOST_ALERTS} if found else None


@panel(
    "timings", title=_l("Times"), template="incidents/_times.html", kinds=("incident",), order=10
)
def times(_user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """When what was noticed, taken and ended."""
    assert isinstance(ticket, Incident)  # noqa: S101 the registry asks for incidents only
    return {"incident": ticket}


@panel("children", title=_l("Below it"), template="incidents/_children.html", kinds=("incident",))
def children(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The incidents this one stands for."""
    found = list(selectors.children_of(user, ticket)[:MOST_CHILDREN])
    return {"children": found} if found else None
