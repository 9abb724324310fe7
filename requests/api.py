"""Service requests in the API."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import Invalid, NotAllowed, NotFound
from itsm.core.fields import Choice, Field, Line, Lines, Mapped, Number
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import LIST, operation
from itsm.core.rest.shapes import (
    Column,
    Row,
    Shape,
    flag,
    instant,
    mapping,
    maybe,
    number,
    text,
)
from itsm.inventory.fields import ServiceName
from itsm.people.fields import Anybody
from itsm.people.models import User
from itsm.tickets.api import TicketCollection
from itsm.tickets.api.shapes import HEAD, MORE, PEOPLE, TAIL, URGENCY, put_addresses, put_names
from itsm.tickets.models import Channel, TaskSort, TaskState, Ticket
from itsm.tickets.permissions import may_see_notes
from requests import actions, selectors
from requests.actions.tasks import WORDS
from requests.filters import ServiceRequestFilters
from requests.models import ServiceRequest, StepSort, StepState
from requests.pricing import currency_of

PEOPLE_NAMED = ("caller", "assignee", "opened_by")


def _finish(rows: list[Row], user: User) -> None:
    put_addresses(rows, user, kind="service_request")
    put_names(rows, people=PEOPLE_NAMED)
    for row in rows:
        row["price"] = f"{row['price']:.2f}"
        row["currency"] = currency_of(row["currency"])


SERVICE_REQUEST = Shape(
    "ServiceRequest",
    (
        *HEAD,
        *URGENCY,
        *PEOPLE,
        Column("item", text(), "item__slug"),
        Column("item_version", number(), "version_of_item__number"),
        Column("order", maybe(text()), "order__number"),
        Column("answers", mapping()),
        Column("price", text()),
        Column("currency", text()),
        Column("cost_centre", text()),
        Column("plan", mapping(), internal=True),
        Column("plan_hash", text(), internal=True),
        Column("approved_hash", text(), internal=True),
        Column("executed_hash", text(), internal=True),
        Column("reason", text()),
        Column("pending_reason", text(), internal=True),
        Column("undoing", text(), internal=True),
        Column("due_at", maybe(instant())),
        Column("resolved_at", maybe(instant())),
        Column("closed_at", maybe(instant())),
        Column("lease_ends_at", maybe(instant())),
        Column("lease_ended_at", maybe(instant())),
        *TAIL,
        *MORE,
    ),
    hidden=("id",),
    finish=_finish,
)
STEP = Shape(
    "Step",
    (
        Column("name", text()),
        Column("title", text()),
        Column("type", text(enum=list(StepSort.values)), "sort"),
        Column("state", text(enum=list(StepState.values))),
        Column("is_undo", flag()),
        Column("key", text()),
        Column("attempts", number()),
        Column("evidence", mapping()),
        Column("error", text()),
        Column("begun_at", maybe(instant())),
        Column("ended_at", maybe(instant())),
        Column("deadline", maybe(instant())),
    ),
)
TASK = Shape(
    "Task",
    (
        Column("id", number()),
        Column("sort", text(enum=list(TaskSort.values))),
        Column("title", text()),
        Column("notes", text()),
        Column("team", maybe(text()), "team__slug"),
        Column("assignee", maybe(text()), "assignee__username"),
        Column("state", text(enum=list(TaskState.values))),
        Column("result", text()),
        Column("due_at", maybe(instant())),
        Column("closed_at", maybe(instant())),
    ),
)


class ServiceRequestCollection(TicketCollection):
    """One thing that was ordered, and how far it is."""

    collection = "service-requests"
    kind = "service_request"
    model = ServiceRequest
    shape = SERVICE_REQUEST
    filterset = ServiceRequestFilters
    opening: ClassVar[Sequence[Field]] = (
        Line(name="item", label=_l("Short name of what is ordered"), required=True, max_length=60),
        Mapped(name="answers", label=_l("Answers by question")),
        Anybody(name="requested_for", label=_l("User name of who gets it; oneself when left out")),
    )
    editing: ClassVar[Sequence[Field]] = (
        Line(name="title", required=True),
        *(
            Number(name=each, label=_l("1 high to 3 low"), least=1, most=3, required=True)
            for each in ("impact", "urgency")
        ),
        Field(name="description", max_length=100_000),
        ServiceName(name="service", label=_l("Name of the service"), max_length=120),
        Lines(name="tags"),
    )
    of_requesters = frozenset({"item", "answers", "requested_for"})

    def references(self) -> Mapping[str, type[Ticket]]:
        return {}

    def open(self, request: Asked, values: dict[str, Any]) -> Ticket:
        user = request.user
        try:
            item = selectors.item_to_order(user, values["item"])
        except NotFound:
            raise Invalid(_("There is no such item."), field="item") from None
        line = actions.Line(
            item=item,
            requested_for=values.get("requested_for") or user,
            answers=values.get("answers") or {},
        )
        order, _is_new = actions.place_order(lines=[line], actor=user, source=Channel.API)
        return selectors.requests_of(order, user).get()

    @operation("get", "<str:number>/steps/", _l("List its steps"), gives=STEP, many=LIST)
    def steps(self, request: Asked, number: str) -> Response:
        service_request = self._inside(request, number)
        return Response(STEP.read(selectors.steps_of(service_request), request.user)[0])

    @operation("get", "<str:number>/tasks/", _l("List its tasks"), gives=TASK, many=LIST)
    def tasks(self, request: Asked, number: str) -> Response:
        found = self._inside(request, number).tasks.order_by("position", "pk")
        return Response(TASK.read(found, request.user)[0])

    @operation(
        "patch",
        "<str:number>/tasks/<int:task_id>/",
        _l("Say how far a task is"),
        takes=(
            Choice(name="state", required=True, choices=[(each, each.label) for each in WORDS]),
            Field(name="result", label=_l("What came of it"), max_length=10_000),
        ),
        gives=TASK,
        refuses=(409,),
    )
    def move_task(self, request: Asked, number: str, task_id: int) -> Response:
        found = self._inside(request, number).tasks.filter(pk=task_id)
        task = found.first()
        if task is None:
            raise NotFound(_("There is no such task."))
        actions.finish_task(task=task, actor=request.user, **self.given(request))
        return Response(TASK.one(found, request.user))

    def _inside(self, request: Asked, number: str) -> ServiceRequest:
        found: ServiceRequest = self.ticket(request, number)
        if not may_see_notes(request.user):
            raise NotAllowed(_("You may not see these."))
        return found
