"""What the dashboard shows; every count stops at a cap, so that no table makes it slow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from itsm.core.models import Event
from itsm.dashboard.counting import CAP, OF_NAV, OF_TILES, OPEN, counted
from itsm.inventory.models import Service
from itsm.inventory.selectors import visible_services
from itsm.monitoring.lifecycle import ACKED, FIRING, FLAPPING
from itsm.monitoring.models import Alert
from itsm.people.models import User
from itsm.people.selectors import team_ids_of
from itsm.tickets.models import OPEN_PHASES, Priority, Ticket
from itsm.tickets.queues import rows_of
from itsm.tickets.selectors import visible_tickets

LIST = 8
MOST_NEWS = 20
MOST_SERVICES = 60
MOST_JUDGED = 500
LOUD = (FIRING, ACKED, FLAPPING)


@dataclass(frozen=True)
class Numbers:
    """The tiles."""

    by_priority: Sequence[tuple[int, int]]
    open: int
    mine: int
    unassigned: int
    firing: int
    resolved: int


def numbers_for(user: User) -> Numbers:
    """What is to be done, counted up to the cap."""
    counts = counted(user, OF_TILES)
    by_priority = [(level, counts[f"p{level}"]) for level in Priority.values]
    return Numbers(
        by_priority=by_priority,
        open=min(sum(count for _level, count in by_priority), CAP),
        mine=counts["mine"],
        unassigned=counts["unassigned"],
        firing=_capped(loud_alerts(user)),
        resolved=counts["resolved"],
    )


def _capped(rows: QuerySet[Any]) -> int:
    return len(rows.values_list("pk")[:CAP])


def loud_alerts(user: User) -> QuerySet[Alert]:
    """The alerts that are on now, to those who may see everything."""
    if not user.has_perm("tickets.view_all"):
        return Alert.objects.none()
    return Alert.objects.filter(status__in=LOUD)


def firing_alerts(user: User, *, most: int = LIST) -> list[Alert]:
    """The newest alerts that are on, with what a line shows."""
    newest = loud_alerts(user).select_related("service", "incident").order_by("-starts_at", "-id")
    return list(newest.defer("labels", "links", "transitions", "incident__search")[:most])


def waiting_for(user: User) -> list[Ticket]:
    """The open incidents this person has, most important first."""
    return list(_rows(user).filter(assignee=user).order_by("priority", "-id")[:LIST])


def of_my_teams(user: User) -> list[Ticket]:
    """The open incidents of this person's teams that somebody else or nobody has."""
    teams = team_ids_of(user)
    if not teams:
        return []
    rows = _rows(user).filter(team__in=teams).exclude(assignee=user)
    return list(rows.order_by("priority", "-id")[:LIST])


def newest_open(user: User) -> list[Ticket]:
    """The newest open incidents of all."""
    return list(_rows(user).order_by("-id")[:LIST])


def _rows(user: User) -> QuerySet[Any]:
    return rows_of(user).filter(kind="incident", phase__in=OPEN_PHASES)


@dataclass(frozen=True)
class Health:
    """How a service is: its worst open priority, or none when all is well."""

    service: Service
    priority: int | None


def service_health(user: User) -> list[Health]:
    """The services, the worst first."""
    # One step into an index a service, however many tickets it has.
    worst = (
        visible_tickets(user)
        .select_related(None)
        .filter(service=OuterRef("pk"), kind="incident")
        .extra(where=[OPEN])  # noqa: S610 a constant
        .order_by("priority")
        .values("priority")[:1]
    )
    services = visible_services(user).select_related(None).exclude(status="retired")
    told = services.only("name", "title").annotate(worst=Subquery(worst)).order_by("tier", "name")
    health = [Health(each, each.worst) for each in told[:MOST_JUDGED]]
    return sorted(health, key=lambda each: each.priority or 9)[:MOST_SERVICES]


@dataclass(frozen=True)
class Happening:
    """One line of what just happened."""

    event: Event
    ticket: Ticket


TOLD = (
    "opened", "acknowledged", "assigned", "started", "paused", "resumed", "resolved", "reopened",
    "closed", "canceled", "commented", "noted", "raised",
)  # fmt: skip


def just_happened(user: User) -> list[Happening]:
    """The newest things that happened to incidents this person may see."""
    names = [f"incident.{each}" for each in TOLD]
    events = list(
        Event.objects.filter(subject_type="incident").select_related("actor").order_by("-id")[:60]
    )
    tickets = {
        each.pk: each
        for each in rows_of(user).filter(pk__in={event.subject_id for event in events})
    }
    told = [
        Happening(event, tickets[event.subject_id])
        for event in events
        if event.name in names and event.subject_id in tickets
    ]
    return told[:MOST_NEWS]


def counts_of_nav(user: User) -> dict[str, int]:
    """The counts beside the navigation."""
    return counted(user, OF_NAV)
