"""What a queue shows: the filters of its address, turned into rows."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _l

from itsm.people.models import User
from itsm.tickets.desks import Desk
from itsm.tickets.models import OPEN_PHASES, Phase, Priority, Ticket
from itsm.tickets.paging import ORDERS, Page, page_of
from itsm.tickets.search import search
from itsm.tickets.selectors import visible_tickets

MOST_FOUND = 200
ROW = (
    "number", "kind", "state", "phase", "title", "priority", "version", "source", "opened_at",
    "service__name", "service__title", "team__name", "assignee__name", "assignee__username",
    "assignee__is_bot",
)  # fmt: skip
PHASES = [("open", _l("Open")), *Phase.choices, ("all", _l("All"))]


class QueueFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The filters of a queue; their names are part of every address people keep."""

    phase = django_filters.ChoiceFilter(choices=PHASES, method="by_phase", label=_l("Phase"))
    state = django_filters.CharFilter(field_name="state", label=_l("State"))
    priority = django_filters.ChoiceFilter(choices=Priority.choices, label=_l("Priority"))
    service = django_filters.CharFilter(field_name="service__name", label=_l("Service"))
    team = django_filters.CharFilter(method="by_team", label=_l("Team"))
    assignee = django_filters.CharFilter(method="by_assignee", label=_l("Assignee"))
    resolved = django_filters.ChoiceFilter(
        choices=[("today", _l("Today"))], method="by_day_resolved", label=_l("Resolved")
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def by_phase(self, tickets: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        if value == "all":
            return tickets
        wanted = OPEN_PHASES if value == "open" else (value,)
        return tickets.filter(phase__in=wanted)

    def by_team(self, tickets: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        if value == "mine":
            return tickets.filter(team__in=self.user.memberships.values("team"))
        return tickets.filter(team__slug=value)

    def by_assignee(self, tickets: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        if value == "me":
            return tickets.filter(assignee=self.user)
        if value == "nobody":
            return tickets.filter(assignee=None)
        return tickets.filter(assignee__username__iexact=value)

    def by_day_resolved(
        self, tickets: QuerySet[Ticket], _name: str, _value: str
    ) -> QuerySet[Ticket]:
        return tickets.filter(phase=Phase.RESOLVED, resolved_at__gte=start_of_day())


def start_of_day() -> Any:
    """Midnight, in the reader's zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def rows_of(user: User) -> QuerySet[Any]:
    """Tickets with what a row shows and nothing more."""
    return (
        visible_tickets(user)
        .select_related(None)
        .select_related("service", "team", "assignee")
        .only(*ROW)
    )


def queue(user: User, *, desk: Desk, asked: dict[str, str]) -> tuple[QueueFilter, Page]:
    """The filters as understood, and the page of rows they ask for."""
    given = {"phase": "open", **{name: value for name, value in asked.items() if value}}
    if given.get("state") or given.get("resolved"):
        given["phase"] = asked.get("phase") or "all"
    filters = QueueFilter(given, queryset=rows_of(user).filter(kind=desk.kind), user=user)
    if not filters.is_valid():
        return filters, Page([])
    if text := given.get("search", "").strip():
        return filters, Page(_found(user, filters.qs, desk=desk, text=text))
    order = given.get("order", "newest")
    return filters, page_of(
        filters.qs,
        order=order if order in ORDERS else "newest",
        after=given.get("after", ""),
        before=given.get("before", ""),
    )


def _found(user: User, tickets: QuerySet[Any], *, desk: Desk, text: str) -> list[Ticket]:
    found = [each.pk for each in search(user, text, kind=desk.kind, size=MOST_FOUND)]
    by_key = {each.pk: each for each in tickets.filter(pk__in=found)}
    return [by_key[pk] for pk in found if pk in by_key][:50]
