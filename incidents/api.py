"""Incidents in the API."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from incidents import actions
from incidents.actions.opening import Report
from incidents.filters import IncidentFilters
from incidents.models import (
    CancelReason,
    Detection,
    Incident,
    OnHoldReason,
    Provenance,
    ResolutionCode,
)
from incidents.selectors import alert_counts, alerts_of
from itsm.core.errors import Invalid, NotAllowed
from itsm.core.fields import Choice, Field, Flag, Instant, Line, Lines, Number
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Row, Shape, flag, instant, maybe, number, several, text
from itsm.inventory.fields import ComponentNames, ServiceName
from itsm.inventory.selectors import visible_services
from itsm.monitoring.api import ALERT, ALERT_ORDERINGS
from itsm.people.fields import Anybody, Person, TeamName
from itsm.people.models import User
from itsm.tickets.api import TicketCollection
from itsm.tickets.api.belongings import PAGED
from itsm.tickets.api.shapes import (
    HEAD,
    MORE,
    PEOPLE,
    TAIL,
    URGENCY,
    put_addresses,
    put_names,
    put_numbers,
)
from itsm.tickets.fields import TicketNumber
from itsm.tickets.models import Channel, Ticket
from itsm.tickets.permissions import may_see_notes

PEOPLE_NAMED = ("caller", "assignee", "opened_by", "resolved_by")
REFERENCES = ("caused_by_change", "problem", "parent")


def _finish(rows: list[Row], user: User) -> None:
    put_addresses(rows, user, kind="incident")
    put_names(rows, people=PEOPLE_NAMED)
    put_numbers(rows, user, names=REFERENCES)
    if may_see_notes(user):
        counts = alert_counts([row["_id"] for row in rows])
        for row in rows:
            row["alerts_count"] = counts.get(row["_id"], 0)


INCIDENT = Shape(
    "Incident",
    (
        *HEAD,
        Column("on_hold_reason", text(enum=["", *OnHoldReason.values])),
        *URGENCY,
        Column("configuration_items", several(text()), "pk", internal=True),
        *PEOPLE,
        Column("acknowledged_at", maybe(instant())),
        Column("resolved_at", maybe(instant())),
        Column("closed_at", maybe(instant())),
        Column("resolution_code", text(enum=["", *ResolutionCode.values])),
        Column("resolution_notes", text()),
        Column("major", flag()),
        Column("caused_by_change", maybe(text()), "caused_by_change_id", internal=True),
        Column("problem", maybe(text()), "problem_id", internal=True),
        Column("parent", maybe(text()), "parent_id"),
        Column("alerts_count", number(), None, internal=True),
        *TAIL,
        *MORE,
        Column("category", text()),
        Column("subcategory", text()),
        Column("detection", text(enum=list(Detection.values)), internal=True),
        Column("impact_started_at", maybe(instant()), internal=True),
        Column("detected_at", maybe(instant()), internal=True),
        Column("responded_at", maybe(instant()), internal=True),
        Column("mitigated_at", maybe(instant()), internal=True),
        Column("resume_at", maybe(instant()), internal=True),
        Column("vendor_reference", text(), internal=True),
        Column("resolved_by", maybe(text()), "resolved_by_id"),
        Column("cancel_reason", text(enum=["", *CancelReason.values])),
        Column("reopen_count", number(), internal=True),
        Column("reassignment_count", number(), internal=True),
        Column("caused_by_provenance", text(enum=list(Provenance.values)), internal=True),
        Column("workaround_used", flag(), internal=True),
    ),
    hidden=("id",),
    finish=_finish,
)


def _levels(*, required: bool) -> tuple[Field, ...]:
    """Impact and urgency: proposed when left out of a new incident, never taken away later."""
    label = _l("1 high to 3 low")
    return tuple(
        Number(name=each, label=label, least=1, most=3, required=required)
        for each in ("impact", "urgency")
    )


TITLE = Line(name="title", label=_l("What is wrong, in a few words"), required=True)
SHARED: tuple[Field, ...] = (
    Field(name="description", max_length=100_000),
    ServiceName(name="service", label=_l("Name of the service"), max_length=120),
    ComponentNames(name="configuration_items", label=_l("Names of configuration items")),
    Anybody(name="caller", label=_l("User name of who called")),
    Line(name="category", max_length=60),
    Line(name="subcategory", max_length=60),
    Lines(name="tags"),
    Flag(name="confidential", label=_l("Only for those concerned")),
    Instant(name="impact_started_at"),
    TicketNumber(name="parent", label=_l("Number of the incident above")),
)


class IncidentCollection(TicketCollection):
    """Service is worse than it should be, for somebody, now."""

    collection = "incidents"
    kind = "incident"
    model = Incident
    shape = INCIDENT
    filterset = IncidentFilters
    opening: ClassVar[Sequence[Field]] = (
        TITLE,
        *_levels(required=False),
        *SHARED,
        Person(name="assignee", label=_l("User name of who works on it")),
        TeamName(name="team", label=_l("Short name of the team")),
        Choice(name="source", label=_l("How it came"), choices=Channel.choices),
        Choice(name="detection", label=_l("Who noticed first"), choices=Detection.choices),
    )
    editing: ClassVar[Sequence[Field]] = (
        TITLE,
        *_levels(required=True),
        *SHARED,
        TicketNumber(name="problem", label=_l("Number of the problem behind it")),
        Instant(name="detected_at"),
        Instant(name="mitigated_at"),
        Flag(name="workaround_used"),
    )
    of_requesters = frozenset({"title", "description", "urgency", "service"})

    def references(self) -> Mapping[str, type[Ticket]]:
        return {"parent": Incident, "problem": Ticket}

    def resolved(self, request: Asked, values: dict[str, Any]) -> dict[str, Any]:
        found = super().resolved(request, values)
        if found.get("problem") and found["problem"].kind != "problem":
            raise Invalid(
                _("%(number)s is not a problem.") % {"number": found["problem"].number},
                field="problem",
            )
        return found

    def open(self, request: Asked, values: dict[str, Any]) -> Ticket:
        if values.get("service") and not request.user.is_staffer:
            _check_service(request.user, values["service"])
        report = Report(
            **{name: value for name, value in values.items() if value not in (None, "")}
            | {"source": values.get("source") or Channel.API}
        )
        return actions.open_incident(report=report, actor=request.user)

    @operation(
        "get",
        "<str:number>/alerts/",
        _l("List its alerts"),
        gives=ALERT,
        many=PAGE,
        parameters=PAGED,
    )
    def alerts(self, request: Asked, number: str) -> Response:
        incident = self.ticket(request, number)
        if not may_see_notes(request.user):
            raise NotAllowed(_("You may not see these."))
        return self.page(
            request,
            alerts_of(request.user, incident),
            shape=ALERT,
            orderings=ALERT_ORDERINGS,
            default="-starts_at",
        )


def _check_service(user: User, service: Any) -> None:
    if not visible_services(user).filter(pk=service.pk).exists():
        raise Invalid(
            _("No service has the name %(name)s.") % {"name": service.name}, field="service"
        )
