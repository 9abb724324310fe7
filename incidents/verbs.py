"""What rules and macros can open."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from incidents import actions
from incidents.actions.opening import Report
from itsm.core.fields import Number
from itsm.core.verbs import Reason, verb
from itsm.inventory.fields import ServiceName
from itsm.people.models import User
from itsm.tickets.actions import link
from itsm.tickets.fields import Field, Line, Lines, Person, TeamName
from itsm.tickets.models import Ticket


@verb(
    "open_incident",
    label=_l("Open an incident"),
    help=_l("It is linked to the record, if there is one."),
    needs="incidents.work",
    on_ticket=False,
    fields=[
        Line(name="title", label=_l("Title"), required=True),
        Field(name="description", label=_l("Description")),
        ServiceName(name="service", label=_l("Service")),
        TeamName(name="team", label=_l("Team")),
        Person(name="assignee", label=_l("Assignee")),
        Number(name="impact", label=_l("Impact, 1 high to 3 low"), least=1, most=3),
        Number(name="urgency", label=_l("Urgency, 1 high to 3 low"), least=1, most=3),
        Lines(name="tags", label=_l("Tags")),
    ],
)
def open_incident(
    ticket: Ticket | None, *, actor: User, values: Mapping[str, Any], reason: Reason
) -> str:
    """Start an incident, and link it to what it comes from."""
    is_secret = ticket is not None and ticket.confidential
    report = Report(**values, confidential=is_secret)
    opened = actions.open_incident(report=report, actor=actor)
    if ticket is not None:
        link(ticket=opened, other=ticket, actor=actor)
    return opened.number
