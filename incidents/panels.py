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


@panel(
    "alerts",
    title=_l("Alerts"),
    template="incidents/_alerts.html",
    kinds=("incident",),
    order=20,
    rows="SELECT 1 FROM monitoring_alert WHERE incident_id = %(ticket)s",
)
def alerts(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The alerts behind the incident, firing ones first."""
    found = list(selectors.alerts_of(user, ticket)[: MOST_ALERTS + 1])
    if not found:
        return None
    return {
        "alerts": found[:MOST_ALERTS],
        "has_more": len(found) > MOST_ALERTS,
        "may_acknowledge": user.has_perm("monitoring.work"),
    }


@panel(
    "timings", title=_l("Times"), template="incidents/_times.html", kinds=("incident",), order=10
)
def times(_user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """When what was noticed, taken and ended."""
    assert isinstance(ticket, Incident)  # noqa: S101 the registry asks for incidents only
    return {"incident": ticket}
