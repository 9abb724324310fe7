"""What rules and macros can open."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.core.fields import Choice, Number
from itsm.core.verbs import Reason, verb
from itsm.inventory.fields import ServiceName
from itsm.people.models import User
from itsm.tickets.fields import Field, Line, Lines, Person, TeamName
from itsm.tickets.models import Ticket
from problems import actions
from problems.models import Origin


@verb(
    "open_problem",
    label=_l("Open a problem"),
    help=_l("An incident it comes from is linked to it."),
    needs="problems.work",
    on_ticket=False,
    fields=[
        Line(name="title", label=_l("Title"), required=True),
        Field(name="description", label=_l("Description")),
        Choice(name="origin", label=_l("What made you ask"), choices=Origin.choices),
        ServiceName(name="service", label=_l("Service")),
        TeamName(name="team", label=_l("Team")),
        Person(name="assignee", label=_l("Coordinator")),
        Number(name="impact", label=_l("Impact, 1 high to 3 low"), least=1, most=3),
        Number(name="urgency", label=_l("Urgency, 1 high to 3 low"), least=1, most=3),
        Lines(name="tags", label=_l("Tags")),
    ],
)
def open_problem(
    ticket: Ticket | None, *, actor: User, values: Mapping[str, Any], reason: Reason
) -> str:
    """Start a problem, behind the incident it comes from."""
    given = {name: value for name, value in values.items() if value not in (None, "")}
    incidents = [ticket] if ticket is not None and ticket.kind == "incident" else []
    is_secret = ticket is not None and ticket.confidential
    report = actions.Report(**given, incidents=incidents, confidential=is_secret)
    return actions.open_problem(report=report, actor=actor).number
