"""Objectives in the API."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import NotFound
from itsm.core.fields import Decimals
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Schema, Shape, flag, instant, maybe, number, text
from itsm.core.rest.views import Collection
from itsm.sla import actions, selectors
from itsm.sla.models import Objective

DECIMAL: Schema = {"type": "number"}
OBJECTIVE = Shape(
    "Objective",
    (
        Column("id", number()),
        Column("service", text(), "service__name"),
        Column("name", text()),
        Column("target", DECIMAL),
        Column("window_days", number()),
        Column("left", maybe(DECIMAL)),
        Column("burn", maybe(DECIMAL)),
        Column("measured_at", maybe(instant())),
        Column("fresh_minutes", number()),
        Column("is_active", flag()),
        Column("error", text()),
    ),
)


class ObjectiveFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows objectives."""

    service = django_filters.CharFilter(field_name="service__name", label="Name of the service.")

    class Meta:
        model = Objective
        fields: ClassVar[list[str]] = []


class ObjectiveCollection(Collection):
    """How well services are to work, and how much of their error budget is left."""

    collection = "objectives"
    shape = OBJECTIVE
    needs = "tickets.view_all"
    filterset = ObjectiveFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"id": ("id",)}

    @operation("get", "", _l("List objectives"), gives=OBJECTIVE, many=PAGE,
               parameters=parameters_of)  # fmt: skip
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.visible_objectives(request.user))

    @operation("get", "<int:objective_id>/", _l("Show one objective"), gives=OBJECTIVE)
    def retrieve(self, request: Asked, objective_id: int) -> Response:
        found = selectors.visible_objectives(request.user).filter(pk=objective_id)
        return self.one(request, found)

    @operation(
        "post",
        "<int:objective_id>/report/",
        _l("Say how it stands, where no query is asked"),
        takes=(
            Decimals(name="left", label=_l("Error budget left; 1 is all of it"), required=True),
            Decimals(name="burn", label=_l("How fast it burns; 1 just uses it up")),
        ),
        gives=OBJECTIVE,
        refuses=(404, 409),
    )
    def report(self, request: Asked, objective_id: int) -> Response:
        given: dict[str, Any] = self.given(request)
        found = selectors.visible_objectives(request.user).filter(pk=objective_id)
        objective = found.first()
        if objective is None:
            raise NotFound(_("There is no such objective."))
        actions.report(objective=objective, actor=request.user, **given)
        return self.one(request, found)
