"""What the house proposes, in the API."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.fields import Choice, Field, Line
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import LIST, operation
from itsm.core.rest.shapes import Column, Shape, instant, maybe, number, several, text
from itsm.core.rest.views import Collection
from itsm.inventory.fields import ServiceName
from itsm.proposals import actions
from itsm.proposals.selectors import proposed_for, quality
from itsm.proposals.targets import PATHS
from itsm.tickets.desks import desks
from itsm.tickets.selectors import ticket_for

SHARE = {"type": "number", "minimum": 0}
PROPOSED = Shape(
    "Proposal",
    (
        Column("field", text(enum=list(PATHS))),
        Column("value", text()),
        Column("sureness", SHARE),
        Column("reasons", several(text())),
        Column("version", number()),
    ),
)
QUALITY = Shape(
    "ProposalQuality",
    (
        Column("field", text(enum=list(PATHS))),
        Column("version", maybe(number())),
        Column("learnt_at", maybe(instant())),
        Column("records", number()),
        Column("accuracy", maybe(SHARE)),
        Column("threshold", maybe(SHARE)),
        *(Column(name, number()) for name in ("asked", "proposed", "taken", "judged", "right")),
    ),
)


class ProposalCollection(Collection):
    """Values for empty fields, learnt from what was decided before, with what spoke for each."""

    collection = "proposals"
    shape = PROPOSED
    needs: ClassVar[str] = "tickets.view_all"

    @operation(
        "post",
        "",
        _l("Say what would be proposed for a new incident; an empty value is silence"),
        takes=(
            Line(name="title", required=True),
            Field(name="description", max_length=100_000),
            ServiceName(name="service", label=_l("Name of the service"), max_length=120),
        ),
        gives=PROPOSED,
        many=LIST,
    )
    def ask(self, request: Asked) -> Response:
        values = self.given(request)
        service = values.pop("service", None)
        record: dict[str, Any] = {
            **values,
            PATHS["service"]: service.name if service else "",
            "opened_by__username": request.user.username,
            "source": "api",
        }
        found = proposed_for(record)
        names = [each.name for each in PROPOSED.columns]
        return Response([{name: getattr(each, name) for name in names} for each in found])

    @operation("get", "quality/", _l("Tell how good they are"), gives=QUALITY, many=LIST)
    def quality(self, request: Asked) -> Response:
        names = [each.name for each in QUALITY.columns]
        return Response([{name: each[name] for name in names} for each in quality()])

    @operation(
        "post",
        "<str:number>/take/",
        _l("Fill a field of an incident with what was proposed"),
        takes=(Choice(name="field", choices=[(each, each) for each in PATHS], required=True),),
        status=204,
        refuses=(409,),
    )
    def take(self, request: Asked, number: str) -> Response:
        ticket = ticket_for(request.user, number, desks["incident"].model)
        actions.take(ticket=ticket, actor=request.user, **self.given(request))
        return Response(status=204)
