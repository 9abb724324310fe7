"""What may be taken into the inventory, in the API."""

from typing import ClassVar

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
from itsm.inventory import actions
from itsm.inventory.api import COMPONENT_SHAPE
from itsm.inventory.fields import Name, ServiceName
from itsm.inventory.models import ComponentCandidate
from itsm.inventory.selectors import visible_candidates, visible_configuration_items

CANDIDATE_SHAPE = Shape(
    "ConfigurationItemCandidate",
    (
        Column("id", number()),
        Column("source", text()),
        Column("address", text()),
        Column("name", text()),
        Column("kind", text()),
        Column("environment", text()),
        Column("service", maybe(text()), "service__name"),
        Column("attributes", mapping()),
        Column("state", text(enum=list(ComponentCandidate.State.values))),
        Column("item", maybe(text()), "item__name"),
        Column("seen_at", instant()),
        Column("decided_at", maybe(instant())),
        Column("decided_by", maybe(text()), "decided_by__username"),
    ),
)


class CandidateFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows candidates."""

    state = Words(choices=ComponentCandidate.State.choices, label="What was decided")
    source = django_filters.CharFilter("source", label="Address of the pipeline that told of it")
    kind = django_filters.CharFilter("kind", label="Type of the resource")

    class Meta:
        model = ComponentCandidate
        fields: ClassVar[list[str]] = []


class ComponentCandidateCollection(Collection):
    """What tools say there is and the inventory does not know: taken in or left out by people."""

    collection = "configuration-item-candidates"
    shape = CANDIDATE_SHAPE
    needs = "inventory.view"
    filterset = CandidateFilters

    @operation(
        "get", "", _l("List candidates"), gives=CANDIDATE_SHAPE, many=PAGE, parameters=parameters_of
    )
    def list(self, request: Asked) -> Response:
        return self.page(request, visible_candidates(request.user))

    @operation("get", "<int:candidate_id>/", _l("Show one candidate"), gives=CANDIDATE_SHAPE)
    def retrieve(self, request: Asked, candidate_id: int) -> Response:
        return self.one(request, visible_candidates(request.user).filter(pk=candidate_id))

    @operation(
        "post",
        "<int:candidate_id>/accept/",
        _l("Take a candidate into the inventory"),
        takes=(
            Name(name="name", label=_l("Another name for it"), max_length=200),
            ServiceName(name="service", label=_l("Another service it is part of")),
        ),
        gives=COMPONENT_SHAPE,
        status=201,
        refuses=(409,),
    )
    def accept(self, request: Asked, candidate_id: int) -> Response:
        item = actions.accept_candidate(
            candidate=self._candidate(request, candidate_id),
            actor=request.user,
            **self.given(request),
        )
        found = visible_configuration_items(request.user).filter(pk=item.pk)
        return Response(COMPONENT_SHAPE.one(found, request.user), 201)

    @operation(
        "post",
        "<int:candidate_id>/retire/",
        _l("Retire the component of a candidate that is gone"),
        takes=(),
        gives=COMPONENT_SHAPE,
        refuses=(409,),
    )
    def retire(self, request: Asked, candidate_id: int) -> Response:
        self.given(request)
        candidate = self._candidate(request, candidate_id)
        item = actions.retire_candidate(candidate=candidate, actor=request.user)
        found = visible_configuration_items(request.user).filter(pk=item.pk)
        return Response(COMPONENT_SHAPE.one(found, request.user))

    @operation(
        "post",
        "<int:candidate_id>/reject/",
        _l("Leave a candidate out for good, or in the inventory though it is gone"),
        takes=(),
        gives=CANDIDATE_SHAPE,
        refuses=(409,),
    )
    def reject(self, request: Asked, candidate_id: int) -> Response:
        self.given(request)
        candidate = self._candidate(request, candidate_id)
        actions.reject_candidate(candidate=candidate, actor=request.user)
        return self.one(request, visible_candidates(request.user).filter(pk=candidate_id))

    def _candidate(self, request: Asked, candidate_id: int) -> ComponentCandidate:
        found = visible_candidates(request.user).filter(pk=candidate_id).first()
        if found is None:
            raise NotFound(_("There is no such candidate."))
        return found
