"""What service requests are measured by."""

from datetime import UTC
from typing import Any

from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Extract
from django.utils.translation import gettext_lazy as _l

from itsm.core.measures import MEDIAN, PART, SHARE, TIME, Measure, Scope, declare
from itsm.people.models import User
from itsm.tickets.selectors import tickets_of_kind, visible_of
from requests.models import ServiceRequest

SECTION = _l("Service requests")


def _fulfilled(user: User, scope: Scope) -> QuerySet[Any]:
    found: QuerySet[Any] = visible_of(user, tickets_of_kind("service_request", ServiceRequest))
    found = found.filter(resolved_at__gte=scope.start, resolved_at__lt=scope.end)
    rows: QuerySet[Any] = found.annotate(
        key=F("pk"),
        ticket_key=F("pk"),
        team_key=F("team_id"),
        words=F("title"),
        at=F("resolved_at"),
    )
    return rows


def lead_time(user: User, scope: Scope) -> QuerySet[Any]:
    """How long each took from the order until it was there."""
    began, ended = (
        Cast(Extract(F(each), "epoch", tzinfo=UTC), FloatField())
        for each in ("opened_at", "resolved_at")
    )
    rows: QuerySet[Any] = _fulfilled(user, scope).annotate(value=ended - began)
    return rows


def in_time(user: User, scope: Scope) -> QuerySet[Any]:
    """Whether each that had a day was there by then."""
    kept = When(Q(resolved_at__lte=F("due_at")), then=Value(1.0))
    flag = Case(kept, default=Value(0.0), output_field=FloatField())
    promised = _fulfilled(user, scope).filter(due_at__isnull=False)
    rows: QuerySet[Any] = promised.annotate(value=flag)
    return rows


declare(
    Measure(
        name="request-lead-time",
        label=_l("Time to fulfil"),
        about=_l(
            "The median time from when a service request was ordered until it was fulfilled, of "
            "those fulfilled in the time. Waiting for approval counts."
        ),
        section=SECTION,
        how=MEDIAN,
        unit=TIME,
        rows=lead_time,
    )
)
declare(
    Measure(
        name="requests-in-time",
        label=_l("Fulfilled in time"),
        about=_l(
            "The share of service requests fulfilled in the time that were so by the day they "
            "were promised for, of those with such a day."
        ),
        section=SECTION,
        how=SHARE,
        unit=PART,
        is_less_better=False,
        rows=in_time,
    )
)
