"""Candidates for problems in the API: what was counted, and deciding on it."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import NotFound
from itsm.core.fields import Line
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Shape, instant, mapping, maybe, number, several, text
from itsm.core.rest.views import Collection
from problems import actions
from problems.counting import all_candidates
from problems.models import CandidateBy, CandidateState, ProblemCandidate

CANDIDATE = Shape(
    "ProblemCandidate",
    (
        Column("id", number()),
        Column("by", text(enum=list(CandidateBy.values))),
        Column("title", text()),
        Column("service", maybe(text()), "service__name"),
        Column("state", text(enum=list(CandidateState.values))),
        Column("count", number()),
        Column("minutes", number()),
        Column("expected", {"type": "number"}),
        Column("chance", {"type": "number"}),
        Column("factors", several(mapping())),
        Column("found_at", instant()),
        Column("seen_at", instant()),
        Column("problem", maybe(text()), "problem__number"),
        Column("decided_by", maybe(text()), "decided_by__username"),
        Column("decided_at", maybe(instant())),
        Column("reason", text()),
    ),
)


class CandidateFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows candidates."""

    state = django_filters.ChoiceFilter(choices=CandidateState.choices)

    class Meta:
        model = ProblemCandidate
        fields: ClassVar[list[str]] = []


class CandidateCollection(Collection):
    """What keeps coming back by counting, before anybody has asked why."""

    collection = "problem-candidates"
    shape = CANDIDATE
    needs = "tickets.view_all"
    filterset = CandidateFilters

    @operation(
        "get", "", _l("List candidates"), gives=CANDIDATE, many=PAGE, parameters=parameters_of
    )
    def list(self, request: Asked) -> Response:
        return self.page(request, all_candidates())

    @operation("get", "<int:pk>/", _l("Read one candidate"), gives=CANDIDATE)
    def retrieve(self, request: Asked, pk: int) -> Response:
        return self.one(request, self._named(pk))

    @operation(
        "post",
        "<int:pk>/accept/",
        _l("Open a problem of it, with its incidents"),
        takes=(),
        gives=CANDIDATE,
        refuses=(409,),
    )
    def accept(self, request: Asked, pk: int) -> Response:
        self.given(request)
        actions.accept_candidate(candidate=self._named(pk).get(), actor=request.user)
        return self.one(request, self._named(pk))

    @operation(
        "post",
        "<int:pk>/reject/",
        _l("Say why it is no problem"),
        takes=(Line(name="reason", required=True, max_length=500),),
        gives=CANDIDATE,
        refuses=(409,),
    )
    def reject(self, request: Asked, pk: int) -> Response:
        candidate = self._named(pk).get()
        actions.reject_candidate(candidate=candidate, actor=request.user, **self.given(request))
        return self.one(request, self._named(pk))

    def _named(self, pk: int) -> QuerySet[Any]:
        found = all_candidates().filter(pk=pk)
        if not found.exists():
            raise NotFound(_("There is no such candidate."))
        return found
