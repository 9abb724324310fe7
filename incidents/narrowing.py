"""What the queue of incidents can be narrowed to, beside what every queue can."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _l

from itsm.monitoring.models import Alert
from itsm.tickets.models import Ticket
from itsm.tickets.narrowing import YES_NO, QueueFilter


class IncidentQueueFilter(QueueFilter):
    """The filters of the queue of incidents."""

    category = django_filters.CharFilter(
        "incident__category", lookup_expr="iexact", label=_l("Category")
    )
    major = django_filters.ChoiceFilter(choices=YES_NO, method="by_major", label=_l("Major"))
    alerts = django_filters.ChoiceFilter(choices=YES_NO, method="by_alerts", label=_l("Has alerts"))

    class Meta:
        model = Ticket
        fields: ClassVar[list[str]] = []

    def by_major(self, tickets: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return tickets.filter(incident__major=value == "yes")

    def by_alerts(self, tickets: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        has_alerts = Exists(Alert.objects.filter(incident=OuterRef("pk")))
        return tickets.filter(has_alerts if value == "yes" else ~has_alerts)
