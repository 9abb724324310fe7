"""The collection of one kind of ticket: list, open, show, edit, and what belongs to a ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import Invalid, NotFound
from itsm.core.fields import Field, Line, Number
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import LIST, operation
from itsm.tickets import actions
from itsm.tickets.api.belongings import Belongings
from itsm.tickets.api.similar import SIMILAR, rows_of
from itsm.tickets.api.versions import expected_version, is_known, tagged
from itsm.tickets.filters import TicketFilters
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import ticket_for, tickets_of_kind, visible_of
from itsm.tickets.similar import similar_to
from itsm.tickets.workflow import Workflow, workflows

PRIORITY = (
    Number(
        name="priority",
        label=_l("1 critical to 5 planning; none to let it be computed"),
        least=1,
        most=5,
    ),
    Line(name="reason", label=_l("Why the computed one is not right")),
)


def opening_fields(view: "TicketCollection") -> Sequence[Field]:
    """What one says to open a ticket: end users less than staff."""
    request: Any = getattr(view, "request", None)
    is_described = request is None or not request.user.is_authenticated
    if is_described or request.user.is_staffer:
        return view.opening
    return [each for each in view.opening if each.name in view.of_requesters]


def _kind_of(view: "TicketCollection") -> dict[str, str]:
    return {"kind": view.kind.replace("_", " ")}


class TicketCollection(Belongings):
    """All tickets of one kind. A room says which, how they look and what they are opened with."""

    kind: ClassVar[str]
    model: ClassVar[type[Ticket]]
    filterset: ClassVar[Any] = TicketFilters
    orderings: ClassVar[Mapping[str, Sequence[str]]] = {
        "number": ("id",),
        "opened_at": ("opened_at", "id"),
        "updated_at": ("updated_at", "id"),
        "priority": ("priority", "-id"),
    }
    default_ordering: ClassVar[str] = "-number"
    opening: ClassVar[Sequence[Field]]
    editing: ClassVar[Sequence[Field]]
    of_requesters: ClassVar[frozenset[str]] = frozenset()
    verb: str = ""

    @property
    def workflow(self) -> Workflow:
        return workflows[self.kind]

    def records(self, request: Asked) -> QuerySet[Any]:
        """The tickets this person may see, with what of them is shown selected."""
        return visible_of(request.user, _selected(type(self), is_staffer=request.user.is_staffer))

    def open(self, request: Asked, values: dict[str, Any]) -> Ticket:
        """Start a ticket with these values."""
        raise NotImplementedError

    def ticket(self, request: Asked, number: str) -> Any:
        """The ticket with this number, if this person may see it."""
        return ticket_for(request.user, number, self.model)

    @operation(
        "get",
        "",
        lambda view: _("List %(what)s") % {"what": view.collection.replace("-", " ")},
        gives=lambda view: view.shape,
        many="page",
        parameters=parameters_of,
    )
    def list(self, request: Asked) -> Response:
        return self.page(request, self.records(request), is_selected=True)

    @operation(
        "post",
        "",
        lambda view: _("Open a new %(kind)s") % _kind_of(view),
        takes=opening_fields,
        gives=lambda view: view.shape,
        status=201,
        refuses=(409,),
    )
    def create(self, request: Asked) -> Response:
        values = self.given(request)
        ticket = self.open(request, self.resolved(request, values))
        response = self.shown(request, ticket, status=201)
        response["Location"] = request.build_absolute_uri(f"{request.path}{ticket.number}/")
        return response

    @operation(
        "get",
        "<str:number>/",
        lambda view: _("Show one %(kind)s") % _kind_of(view),
        gives=lambda view: view.shape,
    )
    def retrieve(self, request: Asked, number: str) -> Response:
        found = self.records(request).filter(number=number.upper())
        row = self.shape.one(found, request.user, is_selected=True)
        response = tagged(row)
        if is_known(request, row):
            response.status_code, response.data = 304, None
        return response

    @operation(
        "patch",
        "<str:number>/",
        lambda view: _("Edit one %(kind)s") % _kind_of(view),
        takes=lambda view: view.editing,
        gives=lambda view: view.shape,
        refuses=(409,),
        matches=True,
    )
    def change(self, request: Asked, number: str) -> Response:
        ticket = self.ticket(request, number)
        changes = self.resolved(request, self.given(request, partly=True))
        edited = actions.edit(
            ticket=ticket,
            actor=request.user,
            changes=changes,
            expected_version=expected_version(request, ticket),
        )
        return self.shown(request, edited)

    @operation(
        "get",
        "<str:number>/similar/",
        _l("List the records most like it, best first, with the words they share"),
        gives=SIMILAR,
        many=LIST,
    )
    def similar(self, request: Asked, number: str) -> Response:
        return Response(rows_of(similar_to(request.user, self.ticket(request, number))))

    @operation(
        "post",
        "<str:number>/priority/",
        _l("Set the priority by hand, or let it be computed again"),
        takes=PRIORITY,
        gives=lambda view: view.shape,
        refuses=(409,),
    )
    def set_priority(self, request: Asked, number: str) -> Response:
        ticket, values = self.ticket(request, number), self.given(request)
        if values["priority"] is None:
            return self.shown(request, actions.clear_priority(ticket=ticket, actor=request.user))
        return self.shown(
            request, actions.override_priority(ticket=ticket, actor=request.user, **values)
        )

    def transition(self, request: Asked, number: str) -> Response:
        """Perform the verb of this address."""
        ticket = self.ticket(request, number)
        transition, given = self.workflow.transitions[self.verb], self.body(request)
        version = expected_version(request, ticket)
        try:
            performed = transition.perform_with(
                ticket, actor=request.user, given=given, version=version
            )
        except NotFound as missing:
            # The ticket of the address is there; what is not is one that the body names.
            names = [each.name for each in transition.fields if each.sort == "ticket"]
            field = next((name for name in names if given.get(name)), None)
            raise Invalid(str(missing), field=field) from None
        return self.shown(request, performed)

    def shown(self, request: Asked, ticket: Ticket, *, status: int = 200) -> Response:
        """A ticket as it stands now, to who has just acted on it.

        Whether he may see it is not asked again: by the act itself it may have gone from his sight.
        """
        found = _selected(type(self), is_staffer=request.user.is_staffer).filter(pk=ticket.pk)
        row = self.shape.one(found, request.user, is_selected=True)
        return tagged(row, status=status)

    def resolved(self, request: Asked, values: dict[str, Any]) -> dict[str, Any]:
        """The values with every number of a ticket replaced by the ticket."""
        for name, model in self.references().items():
            if values.get(name):
                values[name] = self._named(request, name, values[name], model)
            elif name in values:
                values[name] = None
        return values

    def references(self) -> Mapping[str, type[Ticket]]:
        """Which values are numbers of tickets, and of which kind."""
        return {"parent": self.model}

    def _named(self, request: Asked, name: str, number: str, model: type[Ticket]) -> Any:
        try:
            return ticket_for(request.user, number, model)
        except NotFound as missing:
            raise Invalid(str(missing), field=name) from None


def _selected(collection: type[TicketCollection], *, is_staffer: bool) -> QuerySet[Any]:
    """All tickets of a kind with the columns of their shape, put together once for each audience.

    To name forty columns to the database's mapper takes longer than to read them.
    """
    key = (collection.collection, is_staffer)
    if key not in _put_together:
        tickets = tickets_of_kind(collection.kind, collection.model)
        _put_together[key] = collection.shape.select(tickets, Audience(is_staffer))
    return _put_together[key]


_put_together: dict[tuple[str, bool], QuerySet[Any]] = {}


@dataclass(frozen=True)
class Audience:
    """Staff or end users, who are shown different columns."""

    is_staffer: bool

    def has_perm(self, _capability: str) -> bool:
        return self.is_staffer
