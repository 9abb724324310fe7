"""The alerts staff look at: those that are on, and the stream of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from itsm.core.errors import NotFound
from itsm.core.kept_questions import kept_question
from itsm.core.models import Event
from itsm.core.selectors import events_of
from itsm.inventory.models import Service
from itsm.monitoring.lifecycle import ACKED, FIRING, FLAPPING
from itsm.monitoring.models import Alert, Status
from itsm.monitoring.selectors import visible_alerts
from itsm.monitoring.severities import CHOICES
from itsm.people.models import User
from itsm.people.readers import Sort, one_of, sort_of
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import visible_tickets

LIST = 8
SIZE = 50
MOST_EVENTS = 40
LOUD = (FIRING, ACKED, FLAPPING)
STATUSES = {"on": LOUD, "all": (), **{each: (each,) for each in Status.values}}
HEAVY = ("labels", "links", "transitions", "description", "incident__search")
LINE = (
    "title", "severity", "starts_at", "service__name", "service__title", "incident__kind",
    "incident__number",
)  # fmt: skip
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def loud_alerts(user: User) -> QuerySet[Alert]:
    """The alerts that are on now, newest first, to those who may see everything."""
    return visible_alerts(user, status=LOUD)


def firing_alerts(user: User, *, most: int = LIST) -> list[Alert]:
    """The newest alerts that are on, with what a line shows."""
    return _firing(user.pk, sort=sort_of(user), most=most)


@kept_question
def _firing(user: int, *, sort: Sort, most: int) -> QuerySet[Any]:
    reader = one_of(sort, user)
    return as_lines(reader, loud_alerts(reader))[:most]


def loud_count(user: User, *, most: int) -> int:
    """How many alerts are on now, counted no further than ``most``."""
    return len(_loud(sort=sort_of(user), most=most))


@kept_question
def _loud(*, sort: Sort, most: int) -> QuerySet[Any, Any]:
    return loud_alerts(one_of(sort)).values_list("pk")[:most]


def as_lines(user: User, alerts: QuerySet[Alert]) -> QuerySet[Any]:
    """The alerts as lines show them; ``is_seen`` tells whether the person may see the incident."""
    seen = visible_tickets(user).select_related(None).order_by().filter(pk=OuterRef("incident"))
    narrow = alerts.select_related(None).select_related("service", "incident").only(*LINE)
    # A value and no EXISTS, which would be made a hash of all tickets while thousands are on.
    return narrow.annotate(is_seen=Subquery(seen.values("pk")[:1]))


@dataclass(frozen=True)
class Group:
    """Alerts that stand together: of one incident, or else of one service."""

    incident: Ticket | None
    service: Service | None
    alerts: Sequence[Alert]


@dataclass(frozen=True)
class Stream:
    """A page of alerts, and the key of the one after it."""

    groups: Sequence[Group]
    older: str = ""


def stream(user: User, asked: Mapping[str, str]) -> Stream:
    """The alerts these filters let in, newest first, grouped within the page."""
    found = _narrowed(user, asked).defer(*HEAVY)
    if place := _parsed(asked.get("after", "")):
        at, pk = place
        found = found.filter(starts_at__lte=at).exclude(Q(starts_at=at) & Q(pk__gte=pk))
    rows = list(found[: SIZE + 1])
    has_more, rows = len(rows) > SIZE, rows[:SIZE]
    groups = _grouped(rows, _seen(user, rows))
    return Stream(groups, _key(rows[-1]) if has_more else "")


def _narrowed(user: User, asked: Mapping[str, str]) -> QuerySet[Alert]:
    severity = asked.get("severity", "")
    found = visible_alerts(
        user,
        status=STATUSES.get(asked.get("status", ""), LOUD),
        severity=(severity,) if severity in dict(CHOICES) else (),
        service=asked.get("service", ""),
        source=asked.get("source", ""),
    )
    words = asked.get("q", "").strip()
    return found.filter(title__icontains=words) if words else found


def _seen(user: User, alerts: Sequence[Alert]) -> set[int]:
    """The incidents of these alerts that this person may see."""
    keys = {each.incident_id for each in alerts if each.incident_id}
    return set(visible_tickets(user).filter(pk__in=keys).values_list("pk", flat=True))


def _grouped(alerts: Sequence[Alert], seen: set[int]) -> list[Group]:
    """The groups in the order of their newest alert."""

    def key(alert: Alert) -> tuple[int, int]:
        return (alert.incident_id or 0, 0 if alert.incident_id else alert.service_id or 0)

    places: dict[Any, int] = {}
    for place, alert in enumerate(alerts):
        places.setdefault(key(alert), place)
    ordered = sorted(alerts, key=lambda each: places[key(each)])
    return [_group(list(each), seen) for _key, each in groupby(ordered, key)]


def _group(alerts: Sequence[Alert], seen: set[int]) -> Group:
    first = alerts[0]
    is_seen = first.incident_id in seen
    return Group(first.incident if is_seen else None, first.service, alerts)


def _key(alert: Alert) -> str:
    return f"{(alert.starts_at - EPOCH) // timedelta(microseconds=1)}-{alert.pk}"


def _parsed(key: str) -> tuple[datetime, int] | None:
    at, _, pk = key.partition("-")
    if not (at.isascii() and at.isdigit() and pk.isascii() and pk.isdigit()):
        return None
    if len(at) > 16 or len(pk) > 18:
        return None
    return EPOCH + timedelta(microseconds=int(at)), int(pk)


def alert_for(user: User, pk: int) -> Alert:
    """The alert with this key; NotFound when there is none this person may see."""
    alert = visible_alerts(user).filter(pk=pk).first()
    if alert is None:
        raise NotFound(f"There is no alert {pk}.")
    return alert


def alerts_for(user: User, keys: Sequence[int]) -> list[Alert]:
    """Those of the alerts with these keys that this person may see."""
    return list(visible_alerts(user).filter(pk__in=keys))


def incident_of(user: User, alert: Alert) -> Ticket | None:
    """The incident of an alert, to those who may see it."""
    found: Ticket | None = visible_tickets(user).filter(pk=alert.incident_id).first()
    return found


def past_of(alert: Alert) -> QuerySet[Event]:
    """What happened to an alert, newest first."""
    return events_of(["alert"], [alert.pk], most=MOST_EVENTS)
