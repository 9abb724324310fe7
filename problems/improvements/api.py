"""Improvements in the API."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Invalid, NotFound
from itsm.core.fields import Choice, Field, Flag, Line, Lines
from itsm.core.rest.asking import Asked
from itsm.core.rest.shapes import Column, Row, Schema, Shape, instant, maybe, number, text
from itsm.people.fields import Person, TeamName
from itsm.people.models import User
from itsm.tickets.api import TicketCollection
from itsm.tickets.api.shapes import HEAD, MORE, PEOPLE, TAIL, URGENCY, put_addresses, put_names
from itsm.tickets.fields import TicketNumber
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import ticket_for
from problems.improvements.actions import Idea, open_improvement
from problems.improvements.filters import ImprovementFilters
from problems.improvements.models import Improvement, Origin, Outcome

DECIMAL: Schema = {"type": "number"}


def _finish(rows: list[Row], user: User) -> None:
    put_addresses(rows, user, kind="improvement")
    put_names(rows, people=("caller", "assignee", "opened_by"))


def _figures(name: str) -> tuple[Column, ...]:
    parts = ("", "_low", "_high")
    return (
        *(Column(f"{name}{part}", maybe(DECIMAL)) for part in parts),
        Column(f"{name}_count", maybe(number())),
        Column(f"{name}_at", maybe(instant())),
    )


IMPROVEMENT = Shape(
    "ImprovementRecord",
    (
        *HEAD,
        Column("origin", text(enum=list(Origin.values))),
        *URGENCY,
        *PEOPLE,
        Column("hypothesis", text()),
        Column("kpi", text()),
        Column("kpi_version", text()),
        Column("kpi_days", number()),
        Column("kpi_team", maybe(text()), "kpi_team__slug"),
        Column("target", maybe(DECIMAL)),
        *_figures("baseline"),
        *_figures("measured"),
        Column("outcome", text(enum=["", *Outcome.values])),
        Column("decision", text()),
        Column("hold_reason", text()),
        Column("resolved_at", maybe(instant())),
        Column("closed_at", maybe(instant())),
        *TAIL,
        *MORE,
    ),
    hidden=("id",),
    finish=_finish,
)
TITLE = Line(name="title", label=_l("What is to get better"), required=True)
SHARED: tuple[Field, ...] = (
    Field(name="description", max_length=100_000),
    Field(name="hypothesis", max_length=10_000),
    Lines(name="tags"),
    Flag(name="confidential", label=_l("Only for those concerned")),
)


class ImprovementCollection(TicketCollection):
    """What is to get better, by how much, and whether it did."""

    collection = "improvements"
    kind = "improvement"
    model = Improvement
    shape = IMPROVEMENT
    needs = "tickets.view_all"
    filterset = ImprovementFilters
    opening: ClassVar[Sequence[Field]] = (
        TITLE,
        *SHARED,
        Choice(name="origin", label=_l("Where the idea came from"), choices=Origin.choices),
        TicketNumber(name="came_from", label=_l("Record it came from")),
        Person(name="assignee", label=_l("User name of its owner")),
        TeamName(name="team", label=_l("Short name of the team")),
    )
    editing: ClassVar[Sequence[Field]] = (
        TITLE,
        *SHARED,
        Choice(name="origin", choices=Origin.choices, required=True),
    )

    def references(self) -> Mapping[str, type[Ticket]]:
        return {}

    def open(self, request: Asked, values: dict[str, Any]) -> Ticket:
        given = {name: value for name, value in values.items() if value not in (None, "")}
        if came_from := given.pop("came_from", ""):
            try:
                given["came_from"] = ticket_for(request.user, came_from)
            except NotFound as missing:
                raise Invalid(str(missing), field="came_from") from None
        return open_improvement(idea=Idea(**given), actor=request.user)
