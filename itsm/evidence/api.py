"""Packs of evidence in the API."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import NotFound
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import Words, parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Shape, instant, mapping, maybe, number, text
from itsm.core.rest.views import Collection
from itsm.evidence import actions, selectors
from itsm.evidence.models import EvidencePack
from itsm.tickets.fields import TicketNumber
from itsm.tickets.selectors import ticket_for

PACK = Shape(
    "EvidencePack",
    (
        Column("id", number()),
        Column("ticket", text(), "ticket__number"),
        Column("why", text(enum=list(EvidencePack.Why.values))),
        Column("asked_by", maybe(text()), "asked_by__username"),
        Column("began_at", instant()),
        Column("since", instant()),
        Column("until", instant()),
        Column("made_at", instant()),
        Column("content", mapping()),
    ),
)
WISH = Shape("EvidenceWish", (Column("ticket", text()), Column("status", text(enum=["asked"]))))


class PackFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows packs."""

    ticket = django_filters.CharFilter(method="of_ticket", label="Number of the record.")
    why = Words(choices=EvidencePack.Why.choices, label="What it was made for.")

    class Meta:
        model = EvidencePack
        fields: ClassVar[list[str]] = []

    def of_ticket(self, found: Any, _name: str, value: str) -> Any:
        """Those of one record."""
        return found.filter(ticket__number=value.upper())


class EvidencePackCollection(Collection):
    """The evidence around the beginning of a trouble, and which causes it speaks for."""

    collection = "evidence-packs"
    shape = PACK
    needs = "tickets.view_all"
    filterset = PackFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"id": ("id",)}
    default_ordering = "-id"

    @operation("get", "", _l("List packs"), gives=PACK, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.visible_packs(request.user))

    @operation("get", "<int:pack_id>/", _l("Show one pack"), gives=PACK)
    def retrieve(self, request: Asked, pack_id: int) -> Response:
        found = selectors.visible_packs(request.user).filter(pk=pack_id)
        return self.one(request, found)

    @operation(
        "post",
        "",
        _l("Have a pack made; it is there within a minute"),
        takes=(TicketNumber(name="ticket", label=_l("Number of the record"), required=True),),
        gives=WISH,
        status=202,
        refuses=(404, 409),
    )
    def create(self, request: Asked) -> Response:
        ticket = ticket_for(request.user, self.given(request)["ticket"])
        if ticket.kind not in selectors.KINDS:
            raise NotFound(_("There is no evidence about it."))
        actions.ask_for_pack(ticket=ticket, actor=request.user)
        return Response({"ticket": ticket.number, "status": "asked"}, 202)
