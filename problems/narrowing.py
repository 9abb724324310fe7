"""What the queue of problems can be narrowed to, beside what every queue can."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _l

from itsm.tickets.models import Ticket
from itsm.tickets.narrowing import YES_NO, QueueFilter
from problems.models import CauseCategory, Origin, ResolutionCode


class ProblemQueueFilter(QueueFilter):
    """The filters of the queue of problems."""

    origin = django_filters.ChoiceFilter(
        "problem_record__origin", choices=Origin.choices, label=_l("Origin")
    )
    code = django_filters.ChoiceFilter(
        "problem_record__resolution_code", choices=ResolutionCode.choices, label=_l("How it ended")
    )
    cause_category = django_filters.ModelChoiceFilter(
        "problem_record__cause_category",
        queryset=CauseCategory.objects.all(),
        to_field_name="slug",
        label=_l("Sort of cause"),
    )
    known_error = django_filters.ChoiceFilter(
        choices=YES_NO, method="by_publishing", label=_l("Known error")
    )
    incidents = django_filters.ChoiceFilter(
        choices=YES_NO, method="by_incidents", label=_l("Has open incidents")
    )

    class Meta:
        model = Ticket
        fields: ClassVar[list[str]] = []

    def by_publishing(self, tickets: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return tickets.filter(problem_record__known_error_at__isnull=value == "no")

    def by_incidents(self, tickets: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        is_hurting = Exists(
            Ticket.objects.filter(
                incident__problem=OuterRef("pk"), phase__in=("new", "active", "waiting")
            )
        )
        return tickets.filter(is_hurting if value == "yes" else ~is_hurting)
