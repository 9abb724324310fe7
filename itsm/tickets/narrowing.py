"""What a queue can be narrowed to; the names are part of every address people keep."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import NotFound
from itsm.core.rest.filtering import Words
from itsm.inventory.selectors import service_called
from itsm.people.models import User
from itsm.people.selectors import team_named, user_called
from itsm.tickets.models import OPEN_PHASES, Channel, Phase, Priority, Ticket, Watcher
from itsm.tickets.workflow import workflows

PHASES = [("open", _l("Open")), *Phase.choices, ("all", _l("All"))]
YES_NO = [("yes", _l("Yes")), ("no", _l("No"))]
# Written out, since a plan made for any phases could not use the small indexes over open tickets.
OPEN = "tickets_ticket.phase IN ({})".format(", ".join(f"'{each.value}'" for each in OPEN_PHASES))
ME, MINE, NOBODY, NONE = "me", "mine", "nobody", "none"


def start_of_day(day: date | None = None) -> datetime:
    """Midnight of a day, or of today, in the reader's zone."""
    midnight = datetime.combine(day or timezone.localdate(), time.min)
    return timezone.make_aware(midnight)


class QueueFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The filters every kind of ticket has; what is named is looked up, so that an index serves."""

    phase = django_filters.ChoiceFilter(choices=PHASES, method="by_phase", label=_l("Phase"))
    state = django_filters.CharFilter(method="by_state", label=_l("State"))
    priority = Words(choices=Priority.choices, coerce=int, label=_l("Priority"))
    assignee = django_filters.CharFilter(method="by_person", label=_l("Assignee"))
    team = django_filters.CharFilter(method="by_team", label=_l("Team"))
    service = django_filters.CharFilter(method="by_service", label=_l("Service"))
    caller = django_filters.CharFilter(method="by_person", label=_l("Caller"))
    tag = django_filters.CharFilter("tags", method="by_tag", label=_l("Tag"))
    source = Words(choices=Channel.choices, label=_l("Source"))
    opened_after = django_filters.DateFilter(method="since", label=_l("Opened from"))
    opened_before = django_filters.DateFilter(method="until", label=_l("Opened until"))
    confidential = django_filters.ChoiceFilter(
        choices=YES_NO, method="by_secrecy", label=_l("Confidential")
    )
    watched = django_filters.ChoiceFilter(
        choices=YES_NO[:1], method="by_watching", label=_l("Watched by me")
    )
    resolved = django_filters.ChoiceFilter(
        choices=[("today", _l("Today"))], method="by_day_resolved", label=_l("Resolved")
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.kind = kind

    def by_phase(self, tickets: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        if value == "all":
            return tickets
        return _open(tickets) if value == "open" else tickets.filter(phase=value)

    def by_state(self, tickets: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        states = workflows[self.kind].states
        wanted = [each for each in value.split(",") if each in states]
        phases = {states[each].phase for each in wanted}
        if phases and phases <= set(OPEN_PHASES):
            tickets = _open(tickets)
        return tickets.filter(state__in=wanted, phase__in=phases) if wanted else tickets.none()

    def by_person(self, tickets: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == ME:
            return tickets.filter(**{name: self.user.pk})
        if value in (NOBODY, NONE):
            return tickets.filter(**{name: None})
        try:
            return tickets.filter(**{name: user_called(value).pk})
        except NotFound:
            return tickets.none()

    def by_team(self, tickets: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        if value == MINE:
            return tickets.filter(team__in=self.user.memberships.values("team"))
        if value == NONE:
            return tickets.filter(team=None)
        try:
            return tickets.filter(team=team_named(value).pk)
        except NotFound:
            return tickets.none()

    def by_service(self, tickets: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        if value == NONE:
            return tickets.filter(service=None)
        service = service_called(value)
        return tickets.filter(service=service.pk) if service else tickets.none()

    def by_tag(self, tickets: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return tickets.filter(tags__contains=[value.lower()[:40]]).exclude(tags=[])

    def by_secrecy(self, tickets: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return tickets.filter(confidential=value == "yes")

    def by_watching(self, tickets: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        return tickets.filter(Exists(Watcher.objects.filter(user=self.user, ticket=OuterRef("pk"))))

    def since(self, tickets: QuerySet[Any], _name: str, value: date) -> QuerySet[Any]:
        return tickets.filter(opened_at__gte=start_of_day(value))

    def until(self, tickets: QuerySet[Any], _name: str, value: date) -> QuerySet[Any]:
        return tickets.filter(opened_at__lt=start_of_day(value + timedelta(days=1)))

    def by_day_resolved(self, tickets: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        return tickets.filter(phase=Phase.RESOLVED, resolved_at__gte=start_of_day())


def _open(tickets: QuerySet[Any]) -> QuerySet[Any]:
    return tickets.extra(where=[OPEN])  # noqa: S610 a constant


def words_in(text: str) -> Sequence[str]:
    """The words of a filter that takes several."""
    return [each for each in text.split(",") if each]
