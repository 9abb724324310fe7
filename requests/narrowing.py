"""What the queue of service requests can be narrowed to, beside what every queue can."""

from datetime import date
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _l

from itsm.tickets.models import Ticket
from itsm.tickets.narrowing import QueueFilter, start_of_day


class RequestQueueFilter(QueueFilter):
    """The filters of the queue of service requests."""

    item = django_filters.CharFilter("servicerequest__item__slug", label=_l("Item"))
    fulfilled_after = django_filters.DateFilter(
        method="by_fulfilment", label=_l("Fulfilled on or after")
    )

    class Meta:
        model = Ticket
        fields: ClassVar[list[str]] = []

    def by_fulfilment(self, tickets: QuerySet[Any], _name: str, value: date) -> QuerySet[Any]:
        return tickets.filter(resolved_at__gte=start_of_day(value))
