"""What stands on the calendar of a person: the changes he may see, freezes and maintenance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import FloatField, Q, QuerySet
from django.db.models.functions import Cast, Extract

from changes import ical
from changes.calendar import Entry, picked, span_of
from changes.desk import desk
from changes.models import CalendarFeed, Change, ChangeType, Window, WindowSort
from changes.windows import Exceptions, Span, exceptions_in, occurrences
from changes.workflow import BEFORE_WORK, workflow
from itsm.inventory.models import Service
from itsm.people.models import Team, User
from itsm.tickets.permissions import may_see_notes
from itsm.tickets.selectors import visible_tickets

MOST = 5000  # more in one view is a fault of whoever plans, and no page for people
COLUMNS = (
    "number", "title", "type", "state", "planned_start", "planned_end", "service__name", "version",
    "on_hold",
)  # fmt: skip
TIMES = ("planned_start", "planned_end")
STILL = ~Q(repeats="") | ~Q(added="")  # what may be open after its first end


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """What the calendar is narrowed to; nothing of it shows everything."""

    service: Service | None = None
    team: Team | None = None
    type: str = ""
    environment: str = ""

    def shows(self, window: Window) -> bool:
        """Whether a freeze or window may be about what is looked at."""
        if self.environment and window.environment not in ("", self.environment):
            return False
        if self.type and self.type in window.exempt_types:
            return False
        services = {each.pk for each in window.services.all()}
        return self.service is None or not services or self.service.pk in services


def planned_changes(user: User, span: Span, narrowing: Narrowing) -> QuerySet[Any]:
    """The changes this person may see that are planned for any of this time."""
    found = visible_tickets(user, Change).select_related(None).exclude(state="canceled")
    found = found.filter(planned_start__lt=span.end, planned_end__gt=span.start)
    for name in ("service", "team", "type", "environment"):
        if wanted := getattr(narrowing, name):
            found = found.filter(**{name: wanted})
    return found.order_by("planned_start", "pk")


def visible_windows(user: User) -> QuerySet[Window]:
    """The freezes and maintenance windows in use, for whoever works here."""
    found = Window.objects.filter(is_active=True).prefetch_related("services")
    return found if may_see_notes(user) else found.none()


def entries_for(user: User, span: Span, narrowing: Narrowing) -> list[Entry]:
    """Everything on a person's calendar within this time."""
    found = planned_changes(user, span, narrowing)
    return [*_of_windows(user, span, narrowing), *_of_changes(user, found)]


@dataclass(frozen=True)
class Found:
    """What a page shows, and how much more there is on which days."""

    entries: list[Entry]
    hidden: Mapping[date, int]
    is_cut: bool


def month_for(
    user: User, days: Sequence[date], zone: ZoneInfo, narrowing: Narrowing, *, most: int
) -> Found:
    """What stands on the days of a month: in full only what they have room for."""
    span = span_of(days, zone)
    found = planned_changes(user, span, narrowing)
    # Numbers alone: of thousands of changes a page shows some two hundred.
    start, end = (Cast(Extract(each, "epoch", tzinfo=UTC), FloatField()) for each in TIMES)
    crowd = list(found.values_list("pk", start, end)[:MOST])
    shown, hidden = picked(crowd, days=days, zone=zone, most=most)
    entries = list(_of_windows(user, span, narrowing))
    entries += _of_changes(user, found.filter(pk__in=shown))
    return Found(entries, hidden, is_cut=len(crowd) >= MOST)


def _of_windows(user: User, span: Span, narrowing: Narrowing) -> Iterator[Entry]:
    windows = visible_windows(user).filter(starts_at__lt=span.end)
    for window in windows.filter(STILL | Q(ends_at__gt=span.start)):
        if not narrowing.shows(window):
            continue
        names = tuple(each.name for each in window.services.all())
        if narrowing.service is not None and names:
            names = (narrowing.service.name,)
        is_freeze = window.sort == WindowSort.FREEZE
        words = str(window.get_sort_display())
        for each in spans_of(window, within=span):
            yield Entry(
                sort="freeze" if is_freeze else "maintenance",
                title=window.name,
                span=each,
                mark="freeze" if is_freeze else "maintenance",
                words=words,
                lanes=names,
            )


def spans_of(window: Window, *, within: Span) -> Iterator[Span]:
    """When a window is open within this time."""
    first = Span(window.starts_at, window.ends_at)
    zone = ZoneInfo(window.time_zone)
    exceptions = exceptions_of(window)
    return occurrences(
        first, repeats=window.repeats, zone=zone, within=within, exceptions=exceptions
    )


def exceptions_of(window: Window) -> Exceptions:
    """What its rule leaves out, and what is added to it."""
    return exceptions_in(
        window.left_out,
        window.added,
        length=window.ends_at - window.starts_at,
        zone=ZoneInfo(window.time_zone),
    )


def _of_changes(user: User, found: QuerySet[Any]) -> Iterator[Entry]:
    may_plan = user.has_perm("changes.work") and user.has_perm("tickets.work")
    states = {name: str(state.label) for name, state in workflow.states.items()}
    types = {value: str(label) for value, label in ChangeType.choices}
    rows = found.values_list(*COLUMNS)[:MOST]
    for number, title, sort, state, start, end, service, version, on_hold in rows:
        yield Entry(
            sort="change",
            title=title,
            span=Span(start, end),
            mark="held" if on_hold else state,
            words=", ".join(filter(None, (types[sort], states[state], service))),
            number=number,
            lanes=(service,) if service else (),
            is_urgent=sort == ChangeType.EMERGENCY,
            may_move=may_plan and state in BEFORE_WORK,
            version=version,
        )


BEHIND, AHEAD = timedelta(days=30), timedelta(days=366)
MOST_TOLD = 3000
TOLD = (
    "pk", "number", "title", "type", "state", "planned_start", "planned_end", "service__name",
    "version", "updated_at", "assignee", "risk_band",
)  # fmt: skip
STATUS = {
    "new": "TENTATIVE",
    "assess": "TENTATIVE",
    "authorize": "TENTATIVE",
    "canceled": "CANCELLED",
}


WINDOW = "window-"


def window_known_as(uid: str) -> QuerySet[Window]:
    """The window that came with this UID, or that we ourselves tell others of by it."""
    name, _at, host = uid.rpartition("@")
    own = name.removeprefix(WINDOW)
    if name.startswith(WINDOW) and host == _host() and own.isdecimal() and len(own) < 18:
        return Window.objects.filter(Q(uid=uid) | Q(uid="", pk=int(own)))
    return Window.objects.filter(uid=uid)


def feed_of(user: User) -> CalendarFeed | None:
    """The address by which programs read this person's calendar, if there is one."""
    return CalendarFeed.objects.filter(user=user).first()


def feed_with(digest: str) -> CalendarFeed | None:
    """The feed whose secret has this digest, of somebody who works here."""
    feed = CalendarFeed.objects.select_related("user").filter(digest=digest).first()
    return feed if feed and feed.user.is_active and feed.user.is_staffer else None


def told_to(user: User, *, now: datetime) -> list[ical.Told]:
    """What a program is told of a person's calendar: a month back and a year ahead."""
    span = Span(now - BEHIND, now + AHEAD)
    return [*_windows_told(user, span), *_changes_told(user, span)]


def _windows_told(user: User, span: Span) -> Iterator[ical.Told]:
    windows = visible_windows(user).filter(starts_at__lt=span.end)
    for each in windows.filter(STILL | Q(ends_at__gt=span.start)).order_by("pk"):
        yield ical.Told(
            uid=each.uid or f"{WINDOW}{each.pk}@{_host()}",
            summary=each.name,
            span=Span(each.starts_at, each.ends_at),
            changed_at=each.updated_at,
            description=each.reason,
            categories=(each.sort.upper(),),
            repeats=each.repeats,
            exceptions=exceptions_of(each),
            zone=each.time_zone,
        )


def _changes_told(user: User, span: Span) -> Iterator[ical.Told]:
    types = {value: str(label) for value, label in ChangeType.choices}
    found = visible_tickets(user, Change).select_related(None)
    found = found.filter(planned_start__lt=span.end, planned_end__gt=span.start)
    for row in found.order_by("pk").values_list(*TOLD)[:MOST_TOLD]:
        each = dict(zip(TOLD, row, strict=True))
        state = workflow.states[each["state"]]
        yield ical.Told(
            uid=f"change-{each['pk']}@{_host()}",
            summary=f"{each['number']} {each['title']}",
            span=Span(each["planned_start"], each["planned_end"]),
            changed_at=each["updated_at"],
            description=", ".join(
                filter(None, (types[each["type"]], str(state.label), each["service__name"]))
            ),
            address=f"{settings.BASE_URL}{desk.address_of(each['number'])}",
            status=STATUS.get(each["state"], "CONFIRMED"),
            categories=(ical.CHANGE, f"RISK {each['risk_band'].upper()}"),
            revision=each["version"],
            is_busy=each["assignee"] == user.pk,
        )


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or "steady.invalid"
