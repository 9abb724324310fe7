"""The event log in the API: what happened, for those who audit it or follow it."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.models import Event
from itsm.core.news import horizon
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import InstantFilter, parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.views import Collection
from itsm.tickets.api.shapes import EVENT
from itsm.tickets.selectors import events_visible_to, reference_to

COMMITTED = "committed"


class EventFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows events."""

    name = django_filters.CharFilter(method="called", label="Such as incident.resolved or alert.*")
    subject = django_filters.CharFilter(method="about", label="Number of a ticket.")
    happened_after = InstantFilter("happened_at", lookup_expr="gte", label="Then or later.")
    happened_before = InstantFilter("happened_at", lookup_expr="lt", label="Before then.")

    class Meta:
        model = Event
        fields: ClassVar[list[str]] = []

    def called(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        if value.endswith(".*"):
            return queryset.filter(name__startswith=value[:-1])
        return queryset.filter(name=value)

    def about(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        found = reference_to(self.request.user, value)
        if found is None:
            return queryset.none()
        kind, pk = found
        return queryset.filter(subject_type=kind, subject_id=pk)


class EventCollection(Collection):
    """Everything that happened, in the order in which it did."""

    collection = "events"
    shape = EVENT
    needs = "tickets.view_all"
    filterset = EventFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"id": ("id",), COMMITTED: ("xid", "id")}
    default_ordering = "-id"

    @operation(
        "get",
        "",
        _l("Read what happened; with ordering=committed, follow next for ever and miss nothing"),
        gives=EVENT,
        many=PAGE,
        parameters=parameters_of,
    )
    def list(self, request: Asked) -> Response:
        found = events_visible_to(request.user)
        if request.query_params.get("ordering") != COMMITTED:
            return self.page(request, found)
        # What a transaction still running may yet commit would come before what is told already.
        return self.page(request, found.filter(xid__lt=horizon().xid), is_endless=True)

    @operation("get", "<int:event_id>/", _l("Read one event"), gives=EVENT)
    def retrieve(self, request: Asked, event_id: int) -> Response:
        return self.one(request, events_visible_to(request.user).filter(pk=event_id))
