"""What changes are thought to have caused, in the API."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from changes import actions, selectors, suspects
from changes.models import Attribution
from itsm.core.fields import Line
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import FlagFilter, Words, parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import (
    Column,
    Shape,
    flag,
    instant,
    mapping,
    maybe,
    number,
    several,
    text,
)
from itsm.core.rest.views import Collection
from itsm.tickets.fields import TicketNumber
from itsm.tickets.selectors import ticket_for

ATTRIBUTION = Shape(
    "Attribution",
    (
        Column("id", number()),
        Column("incident", text(), "incident__number"),
        Column("change", text(), "change__number"),
        Column("provenance", text(enum=list(Attribution.Provenance.values))),
        Column("score", number()),
        Column("is_likely", flag()),
        Column("reasons", several(mapping())),
        Column("computed_at", instant()),
        Column("judged_by", maybe(text()), "judged_by__username"),
        Column("judged_at", maybe(instant())),
        Column("comment", text()),
    ),
)


class AttributionFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows attributions."""

    incident = django_filters.CharFilter(method="of_incident", label="Number of the incident.")
    change = django_filters.CharFilter(method="of_change", label="Number of the change.")
    provenance = Words(choices=Attribution.Provenance.choices, label="Whose word it is.")
    is_likely = FlagFilter("is_likely", label="Whether the computed suspicion is strong.")

    class Meta:
        model = Attribution
        fields: ClassVar[list[str]] = []

    def of_incident(self, found: Any, _name: str, value: str) -> Any:
        return found.filter(incident__number=value.upper())

    def of_change(self, found: Any, _name: str, value: str) -> Any:
        return found.filter(change__number=value.upper())


class AttributionCollection(Collection):
    """Which change is thought to have caused which incident, why, and who says so."""

    collection = "attributions"
    shape = ATTRIBUTION
    needs = "tickets.view_all"
    filterset = AttributionFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"id": ("id",)}
    default_ordering = "-id"

    @operation(
        "get", "", _l("List attributions"), gives=ATTRIBUTION, many=PAGE, parameters=parameters_of
    )
    def list(self, request: Asked) -> Response:
        return self.page(request, suspects.visible_attributions(request.user))

    @operation(
        "post",
        "",
        _l("Name the change that caused an incident"),
        takes=(
            TicketNumber(name="incident", label=_l("Number of the incident"), required=True),
            TicketNumber(name="change", label=_l("Number of the change"), required=True),
        ),
        gives=ATTRIBUTION,
        status=201,
        refuses=(404, 409),
    )
    def create(self, request: Asked) -> Response:
        given = self.given(request)
        incident = ticket_for(request.user, given["incident"])
        change = selectors.change_for(request.user, given["change"])
        made = actions.put_down(incident=incident, change=change, actor=request.user)
        return self._shown(request, made, status=201)

    @operation("get", "<int:attribution_id>/", _l("Show one attribution"), gives=ATTRIBUTION)
    def retrieve(self, request: Asked, attribution_id: int) -> Response:
        found = suspects.attribution_for(request.user, attribution_id)
        return self._shown(request, found)

    @operation(
        "post",
        "<int:attribution_id>/confirm/",
        _l("Say that the change did cause the incident"),
        takes=(),
        gives=ATTRIBUTION,
        refuses=(409,),
    )
    def confirm(self, request: Asked, attribution_id: int) -> Response:
        self.given(request)
        found = suspects.attribution_for(request.user, attribution_id)
        judged = actions.confirm_cause(attribution=found, actor=request.user)
        return self._shown(request, judged)

    @operation(
        "post",
        "<int:attribution_id>/reject/",
        _l("Say that the change did not cause the incident"),
        takes=(Line(name="comment", label=_l("Why"), max_length=500),),
        gives=ATTRIBUTION,
        refuses=(409,),
    )
    def reject(self, request: Asked, attribution_id: int) -> Response:
        given = self.given(request)
        found = suspects.attribution_for(request.user, attribution_id)
        judged = actions.reject_cause(attribution=found, actor=request.user, **given)
        return self._shown(request, judged)

    def _shown(self, request: Asked, attribution: Attribution, *, status: int = 200) -> Response:
        found = suspects.visible_attributions(request.user).filter(pk=attribution.pk)
        return self.one(request, found, status=status)
