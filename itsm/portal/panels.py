"""What staff see of the portal: what everybody is told, and how solutions were rated."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from incidents.models import Incident
from incidents.outages import Told, told_to_everybody
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import ratings_of


@panel(
    "everybody",
    title=_l("Told to everybody"),
    template="portal/_panel_everybody.html",
    kinds=("incident",),
    order=30,
    rows="""
        SELECT 1 FROM incidents_affected WHERE incident_id = %(ticket)s
        UNION ALL SELECT 1 FROM incidents_outageupdate WHERE incident_id = %(ticket)s
        UNION ALL SELECT 1 FROM incidents_incident WHERE ticket_ptr_id = %(ticket)s AND major
        UNION ALL SELECT 1 FROM monitoring_alert
                   WHERE incident_id = %(ticket)s AND severity = 'critical'
    """,
    shows_bare=True,
)
def everybody(user: User, ticket: Ticket, *, is_bare: bool = False) -> Mapping[str, Any] | None:
    """Whether everybody knows of the incident, how many it hits, and room to tell them more."""
    assert isinstance(ticket, Incident)  # noqa: S101 the registry asks for incidents only
    told = Told(0, is_known=False, updates=[]) if is_bare else told_to_everybody(ticket)
    may_tell = (
        may_work(user, ticket, "incidents.work")
        and ticket.is_open()
        and ticket.service_id is not None
        and not ticket.confidential
    )
    if not (told.affected or told.updates or told.is_known or may_tell):
        return None
    return {"told": told, "may_tell": may_tell, "number": ticket.number}


@panel("ratings", title=_l("How it was rated"), template="portal/_panel_ratings.html", order=15)
def ratings(_user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """What who called said of each solution."""
    if ticket.resolved_at is None and not getattr(ticket, "reopen_count", 0):
        return None
    found = list(ratings_of(ticket)[:5])
    return {"ratings": found} if found else None
