"""What lists of service requests and of catalogue items can be narrowed to."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet

from itsm.core.rest.filtering import FlagFilter
from itsm.tickets.filters import TicketFilters, state_filter
from requests.models import CatalogItem, ServiceRequest
from requests.workflow import workflow


class ServiceRequestFilters(TicketFilters):
    """Narrows service requests."""

    state = state_filter([(name, state.label) for name, state in workflow.states.items()])
    item = django_filters.CharFilter("item__slug", label="Short name of the item.")
    order = django_filters.CharFilter(method="in_order", label="Number of the order.")

    class Meta:
        model = ServiceRequest
        fields: ClassVar[list[str]] = []

    def in_order(self, found: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return found.filter(order__number=value.upper())


class ItemFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows catalogue items."""

    category = django_filters.CharFilter("category__slug", label="Short name of the category.")
    available = FlagFilter("is_available", label="Can be ordered.")

    class Meta:
        model = CatalogItem
        fields: ClassVar[list[str]] = []
