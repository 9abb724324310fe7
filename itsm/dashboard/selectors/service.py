"""All that is known of services: how they are and were, what they need, what runs them."""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from itsm.core.kept_questions import among, hidden, kept_question
from itsm.core.models import Event
from itsm.core.selectors import events_of
from itsm.dashboard.counting import CAP, OPEN, visible_keys
from itsm.dashboard.selectors.alerts import as_lines, loud_alerts
from itsm.dashboard.selectors.board import TOLD, Happening, is_news
from itsm.dashboard.selectors.health import Health, service_health
from itsm.inventory.models import ConfigurationItem, Service
from itsm.inventory.selectors import edges, turned, visible_configuration_items, visible_services
from itsm.monitoring.models import Alert
from itsm.people.models import Membership, User
from itsm.people.readers import Sort, one_of, sort_of
from itsm.tickets.desks import desks
from itsm.tickets.models import Phase, Ticket
from itsm.tickets.queues import rows_of
from itsm.tickets.selectors import visible_tickets

SIZE = 40
DAYS = 30
MOST_PAST = 300  # incidents of each phase that are looked at for the history
MOST_ROWS = 12
MOST_ALERTS = 12
MOST_ITEMS = 24
MOST_NEWS = 15
OF_PHASE = "phase = (SELECT %s::text)"  # unseen, so that every phase is walked in the same way
# By the database, which hands over some days instead of a thousand instants.
SPANS = """
WITH days AS (SELECT %s::timestamptz[] AS midnights),
past AS (SELECT priority, opened_at, coalesce(resolved_at, closed_at) AS over FROM ({past}) AS past)
SELECT DISTINCT priority, greatest(width_bucket(opened_at, midnights) - 1, 0),
       CASE WHEN over IS NULL THEN cardinality(midnights) ELSE width_bucket(over, midnights) END
FROM past, days WHERE over IS NULL OR over >= midnights[1] ORDER BY priority
"""


@dataclass(frozen=True)
class Line:
    """A service in the list."""

    service: Service
    health: Health
    open: int
    firing: int


def lines_of(user: User, services: Sequence[Service]) -> list[Line]:
    """These services with how they are and how much is open; four statements in all."""
    keys = [each.pk for each in services]
    health = {each.service.pk: each for each in service_health(user)}
    tickets, alerts = open_counts(user, keys), firing_counts(user, keys)
    return [
        Line(
            each, health.get(each.pk, Health(each)), tickets.get(each.pk, 0), alerts.get(each.pk, 0)
        )
        for each in services
    ]


def open_counts(user: User, keys: Collection[int]) -> dict[int, int]:
    """How many open tickets each of these services has, none counted past the cap."""
    seen, given = visible_keys(user)
    return _counted(f"{seen} AND {OPEN} AND tickets_ticket.service_id", given, keys)


def firing_counts(user: User, keys: Collection[int]) -> dict[int, int]:
    """How many alerts of each of these services are on, none counted past the cap."""
    if not user.has_perm("tickets.view_all"):
        return {}
    loud, given = _loud_keys.words(sort=sort_of(user))
    return _counted(f"{loud} AND monitoring_alert.service_id", given, keys)


@kept_question
def _loud_keys(*, sort: Sort) -> QuerySet[Any, Any]:
    return loud_alerts(one_of(sort)).order_by().values_list("pk")


def _counted(rows: str, given: Sequence[Any], keys: Collection[int]) -> dict[int, int]:
    """How many of the rows there are for each of these keys, which end the statement for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT asked.id, (SELECT count(*) FROM ({rows} = asked.id LIMIT {CAP}) AS counted)"  # noqa: S608 constants
            " FROM unnest(%s::bigint[]) AS asked(id)",
            [*given, list(keys)],
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class Day:
    """One day of a service's past: the worst priority that was open on it, if any."""

    on: date
    priority: int | None


def history_of(user: User, service: Service) -> list[Day]:
    """The last thirty days, today the last, as the service's incidents tell them."""
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    midnights = [timezone.make_aware(datetime.combine(day, time.min)) for day in days]
    worst: dict[int, int] = {}
    # The worst first: what has its day already need not be looked at, once all days have theirs.
    for priority, first, last in _spans(user, service, midnights):
        if len(worst) == DAYS:
            break
        worst = dict.fromkeys(range(first, last), priority) | worst
    return [Day(day, worst.get(place)) for place, day in enumerate(days)]


def _spans(user: User, service: Service, midnights: Sequence[datetime]) -> list[tuple[int, ...]]:
    """The priorities of the newest incidents that reach into these days, the worst first.

    Each with the place of its first day, and the place after its last one.
    """
    past, given = _past.words(user.pk, service.pk, sort=sort_of(user))
    with connection.cursor() as cursor:
        cursor.execute(SPANS.format(past=past), [list(midnights), *given])
        found: list[tuple[int, ...]] = cursor.fetchall()
    return found


@kept_question
def _past(user: int, service: int, *, sort: Sort) -> QuerySet[Any, Any]:
    rows = _of_service(user, service, sort=sort).filter(kind="incident").order_by("-pk")
    columns = ("priority", "opened_at", "resolved_at", "closed_at")
    return _in_each_phase(rows.values_list(*columns), most=MOST_PAST)


def _of_service(user: int, service: int, *, sort: Sort) -> QuerySet[Any, Any]:
    seen = visible_tickets(one_of(sort, user)).select_related(None)
    return seen.filter(service=hidden(service))


def _in_each_phase(rows: QuerySet[Any, Any], *, most: int) -> QuerySet[Any, Any]:
    """The first rows of each phase: one walk along an index for each, where all phases at once
    would have to be sorted."""
    first, *others = (
        rows.extra(where=[OF_PHASE], params=[phase])[:most]  # noqa: S610 a constant
        for phase in Phase.values
    )
    return first.union(*others, all=True)


def open_rows(user: User, service: Service) -> list[Ticket]:
    """What is open of a service, the worst first."""
    return _open_rows(user.pk, service.pk, sort=sort_of(user))


@kept_question
def _open_rows(user: int, service: int, *, sort: Sort) -> QuerySet[Any]:
    rows = rows_of(one_of(sort, user)).filter(service=hidden(service))
    worst = rows.extra(where=[OPEN])  # noqa: S610 a constant
    return worst.order_by("priority", "-pk")[:MOST_ROWS]


def alerts_of(user: User, service: Service) -> list[Alert]:
    """The alerts of a service that are on."""
    return _alerts_of(user.pk, service.pk, sort=sort_of(user))


@kept_question
def _alerts_of(user: int, service: int, *, sort: Sort) -> QuerySet[Any]:
    reader = one_of(sort, user)
    return as_lines(reader, loud_alerts(reader).filter(service=service))[:MOST_ALERTS]


def items_of(user: User, service: Service) -> list[ConfigurationItem]:
    """What a service runs on."""
    return _items_of(service.pk, sort=sort_of(user))


@kept_question
def _items_of(service: int, *, sort: Sort) -> QuerySet[ConfigurationItem]:
    items = visible_configuration_items(one_of(sort)).select_related(None)
    return items.filter(service=service).order_by("name")[: MOST_ITEMS + 1]


def people_of(service: Service) -> list[Membership]:
    """The people of the team that owns a service, who leads it first."""
    return [] if service.owner_team_id is None else _people_of(service.owner_team_id)


@kept_question
def _people_of(team: int) -> QuerySet[Membership]:
    places = Membership.objects.filter(team=team, user__is_active=True)
    return places.select_related("user").order_by("-is_lead", "user__username")


def news_of(user: User, service: Service) -> list[Happening]:
    """What happened lately to the newest tickets of a service."""
    newest = _newest_of(user.pk, service.pk, sort=sort_of(user))
    keys = sorted((pk for (pk,) in newest), reverse=True)[:MOST_NEWS]
    tickets = {each.pk: each for each in _titles_of(keys)} if keys else {}
    events = _events_of(keys, kinds=tuple(desks)) if keys else []
    told = [Happening(each, tickets[each.subject_id]) for each in events if is_news(each)]
    return told[:MOST_NEWS]


@kept_question
def _newest_of(user: int, service: int, *, sort: Sort) -> QuerySet[Any, Any]:
    rows = _of_service(user, service, sort=sort).order_by("-pk")
    return _in_each_phase(rows.values_list("pk"), most=MOST_NEWS)


@kept_question
def _titles_of(seen: list[int]) -> QuerySet[Ticket]:
    return Ticket.objects.only("number", "kind", "title").filter(pk__in=among(seen))


@kept_question
def _events_of(keys: list[int], *, kinds: Collection[str]) -> QuerySet[Event]:
    return events_of(list(kinds), among(keys), most=MOST_NEWS * 3).only(*TOLD)


@dataclass(frozen=True)
class Neighbour:
    """A service beside another: how it is, and how many steps away, negative for what needs it."""

    health: Health
    steps: int


@dataclass(frozen=True)
class Neighbourhood:
    """A service, what it needs and what needs it."""

    centre: Health
    others: Sequence[Neighbour]
    edges: Sequence[tuple[int, int]]

    @property
    def needs(self) -> list[Health]:
        return [each.health for each in self.others if each.steps == 1]

    @property
    def needed_by(self) -> list[Health]:
        return [each.health for each in self.others if each.steps == -1]


def neighbourhood(user: User, service: Service, *, steps: int = 2) -> Neighbourhood:
    """What lies within so many steps of a service, up and down."""
    health = {each.service.pk: each for each in service_health(user)}
    down = edges()
    up = turned(down)
    places = {
        **{pk: -far for pk, far in _within(service.pk, up, steps).items()},
        **_within(service.pk, down, steps),
    }
    places = {pk: far for pk, far in places.items() if pk in health}
    near = {service.pk, *places}
    drawn = [(here, there) for here in near for there in down.get(here, set()) & near]
    others = [Neighbour(health[pk], far) for pk, far in sorted(places.items())]
    return Neighbourhood(health.get(service.pk, Health(service)), others, drawn)


def _within(start: int, graph: Mapping[int, set[int]], steps: int) -> dict[int, int]:
    """How far everything is that can be reached in so many steps, the start left out."""
    far, waiting = {start: 0}, deque([start])
    while waiting:
        here = waiting.popleft()
        if far[here] == steps:
            continue
        for there in sorted(graph.get(here, set()) - far.keys()):
            far[there] = far[here] + 1
            waiting.append(there)
    return {pk: distance for pk, distance in far.items() if pk != start}


def listed_services(
    user: User, *, words: str = "", tier: int | None = None, team: str = ""
) -> QuerySet[Service]:
    """The services in use that these filters let in, by name."""
    services = visible_services(user).exclude(status="retired").order_by("name")
    if words:
        services = services.filter(name__icontains=words) | services.filter(title__icontains=words)
    if tier:
        services = services.filter(tier=tier)
    if team:
        services = services.filter(owner_team__slug=team)
    return services
