"""What the list over all kinds of tickets can be narrowed to."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _l

from itsm.dashboard.counting import SORTS, values_of
from itsm.people.models import User
from itsm.tickets.desks import desks
from itsm.tickets.models import OPEN_PHASES, Phase, Priority, Ticket

PHASES = [("open", _l("Open")), *Phase.choices, ("all", _l("All"))]
VIEWS = {
    "open": _l("Open"),
    "mine": _l("Waiting for me"),
    "team": _l("My teams"),
    "others": _l("With others in my teams"),
    "unassigned": _l("Unassigned"),
    "risk": _l("At risk"),
    "burning": _l("Burning"),
    "resolved": _l("Resolved today"),
    "changes": _l("Changes now and next"),
    "problems": _l("Problems to solve"),
    **{f"p{level}": f"P{level}" for level in Priority.values},
}


class WorkFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Narrows tickets of all kinds; its names are part of addresses people keep."""

    view = django_filters.ChoiceFilter(choices=list(VIEWS.items()), method="by_view")
    kind = django_filters.ChoiceFilter(choices=lambda: [(each, each) for each in desks])
    phase = django_filters.ChoiceFilter(choices=PHASES, method="by_phase")
    priority = django_filters.ChoiceFilter(choices=Priority.choices)
    service = django_filters.CharFilter("service__name")
    assignee = django_filters.CharFilter(method="by_assignee")

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def by_view(self, tickets: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        sort = SORTS[value]
        return tickets.extra(  # noqa: S610 a constant, its values given apart
            where=[sort.condition], params=values_of(sort, self.user)
        )

    def by_phase(self, tickets: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        if value == "all":
            return tickets
        return tickets.filter(phase__in=OPEN_PHASES if value == "open" else (value,))

    def by_assignee(self, tickets: QuerySet[Ticket], _name: str, value: str) -> QuerySet[Ticket]:
        if value == "me":
            return tickets.filter(assignee=self.user)
        if value == "nobody":
            return tickets.filter(assignee=None)
        return tickets.filter(assignee__username__iexact=value)
