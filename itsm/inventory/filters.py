"""What lists of services and components can be narrowed to."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet

from itsm.core.rest.filtering import Words
from itsm.inventory.models import ConfigurationItem, Service, Standing, Tier


class ServiceFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows services."""

    status = Words(choices=Standing.choices, label="Where it stands in its life")
    tier = Words(choices=Tier.choices, coerce=int, label="1 critical to 4 minor")
    owner_team = django_filters.CharFilter("owner_team__slug", label="Short name of the team")
    search = django_filters.CharFilter(method="named", label="Part of the name or title")

    class Meta:
        model = Service
        fields: ClassVar[list[str]] = []

    def named(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(Q(name__icontains=value) | Q(title__icontains=value))


class ComponentFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows components."""

    status = Words(choices=Standing.choices, label="Where it stands in its life")
    kind = django_filters.CharFilter("kind", label="host, pod, database…")
    environment = django_filters.CharFilter("environment")
    service = django_filters.CharFilter("service__name", label="Name of its service")
    search = django_filters.CharFilter("name", lookup_expr="icontains", label="Part of the name")

    class Meta:
        model = ConfigurationItem
        fields: ClassVar[list[str]] = []
