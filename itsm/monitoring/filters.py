"""What lists of alerts can be narrowed to."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet

from itsm.core.rest.filtering import InstantFilter, Words
from itsm.inventory.selectors import services_named
from itsm.monitoring.models import Alert, Status
from itsm.monitoring.severities import CHOICES


class AlertFilters(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows alerts."""

    status = Words("status", choices=Status.choices, label="How it stands.")
    severity = Words("severity", choices=CHOICES, label="How bad it is.")
    service = django_filters.CharFilter(method="of_service", label="Name of the service.")
    source = django_filters.CharFilter("source__slug", label="Address of the source.")
    incident = django_filters.CharFilter(method="of_incident", label="Number of the incident.")
    fingerprint = django_filters.CharFilter("fingerprint", label="What the source calls it.")
    search = django_filters.CharFilter("title", lookup_expr="icontains", label="Part of the title.")
    started_after = InstantFilter("starts_at", lookup_expr="gte", label="Began then or later.")
    started_before = InstantFilter("starts_at", lookup_expr="lt", label="Began before then.")

    class Meta:
        model = Alert
        fields: ClassVar[list[str]] = []

    def of_service(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        service = services_named([value]).get(value)
        return queryset.filter(service=service.pk) if service else queryset.none()

    def of_incident(self, queryset: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(incident__number=value.upper())
