"""The calendar of changes, freezes and maintenance windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET

from changes import agenda
from changes.calendar import (
    A_WEEK,
    MOST_BESIDE,
    MOST_IN_CELL,
    MOST_LANES,
    View,
    cells,
    columns,
    days_of,
    lanes,
    span_of,
    step_from,
)
from changes.desk import desk
from changes.forms import NARROWED
from itsm.core.errors import Invalid
from itsm.people.access import person_of, staff_only
from itsm.people.middleware import zone_of
from itsm.people.models import User
from itsm.tickets.fields import cleaned
from itsm.tickets.forms import shown

VIEWS = {
    View.DAY: _l("Day"),
    View.WEEK: _l("Week"),
    View.MONTH: _l("Month"),
    View.LANES: _l("Services"),
}
FIRST, LAST = date(1971, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Asked:
    """What of the calendar is looked at, by whom and from where."""

    user: User
    view: View
    on: date
    zone: ZoneInfo
    given: dict[str, str]

    def address(self, *, view: View | None = None, on: date | None = None) -> str:
        """The same calendar in another view or at another time."""
        query = {"view": view or self.view, "on": (on or self.on).isoformat(), **self.given}
        return "?" + urlencode({name: value for name, value in query.items() if value})


@staff_only
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Everything planned for a day, a week or a month, or for a week by service."""
    asked = _asked(request)
    days = days_of(asked.view, asked.on)
    wrong, found = "", agenda.Found([], {}, is_cut=False)
    try:
        narrowing = agenda.Narrowing(**cleaned(NARROWED, asked.given))
    except Invalid as refusal:
        wrong = str(refusal)
    else:
        found = _found(asked, days, narrowing)
    page = {
        "asked": asked,
        "desk": desk,
        "title": _title(asked, days),
        "views": [
            {"label": label, "address": asked.address(view=view), "is_current": view is asked.view}
            for view, label in VIEWS.items()
        ],
        "earlier": asked.address(on=_within(step_from(asked.view, asked.on, back=True))),
        "later": asked.address(on=_within(step_from(asked.view, asked.on))),
        "today": asked.address(on=timezone.localdate()),
        "fields": shown(NARROWED, user=asked.user, given=asked.given),
        "is_narrowed": bool(asked.given),
        "wrong": wrong,
        "has_entries": bool(found.entries),
        "is_cut": found.is_cut,
        **_grid(asked, days, found),
    }
    return render(request, "changes/calendar.html", page)


def _found(asked: Asked, days: Sequence[date], narrowing: agenda.Narrowing) -> agenda.Found:
    if asked.view is View.MONTH:
        return agenda.month_for(asked.user, days, asked.zone, narrowing, most=MOST_IN_CELL)
    entries = agenda.entries_for(asked.user, span_of(days, asked.zone), narrowing)
    return agenda.Found(entries, {}, is_cut=len(entries) >= agenda.MOST)


def _asked(request: HttpRequest) -> Asked:
    user = person_of(request)
    names = [each.name for each in NARROWED]
    view = request.GET.get("view", "")
    return Asked(
        user=user,
        view=View(view) if view in list(View) else View.MONTH,
        on=_within(_day(request.GET.get("on", "")) or timezone.localdate()),
        zone=zone_of(user),
        given={name: each for name in names if (each := request.GET.get(name, "").strip())},
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _within(day: date) -> date:
    return min(max(day, FIRST), LAST)


def _title(asked: Asked, days: Sequence[date]) -> str:
    if asked.view is View.DAY:
        return date_format(asked.on, "DATE_FORMAT")
    if asked.view is View.MONTH:
        return date_format(asked.on, "YEAR_MONTH_FORMAT")
    first, last = (date_format(each, "SHORT_DATE_FORMAT") for each in (days[0], days[-1]))
    return _("Week %(week)d, %(first)s – %(last)s") % {
        "week": days[0].isocalendar().week,
        "first": first,
        "last": last,
    }


def _grid(asked: Asked, days: Sequence[date], found: agenda.Found) -> dict[str, Any]:
    today, now, entries = timezone.localdate(), timezone.localtime(), found.entries
    if asked.view is View.LANES:
        rows = lanes(
            entries,
            days=days,
            zone=asked.zone,
            everything=_("All services"),
            nothing=_("No service"),
        )
        return {
            "lanes": rows[:MOST_LANES],
            "more_lanes": max(0, len(rows) - MOST_LANES),
            "days": [_head(asked, each, today) for each in days],
            "now": _hours_since(days[0], now),
        }
    if asked.view is View.MONTH:
        found_days = cells(
            entries,
            days=days,
            today=today,
            month=asked.on.month,
            zone=asked.zone,
            hidden=found.hidden,
        )
    else:
        most = MOST_BESIDE[asked.view]
        found_days = columns(entries, days=days, today=today, zone=asked.zone, most=most)
    return {
        "columns": [{**_head(asked, each.day, today), "column": each} for each in found_days],
        "weekdays": days[:7],
        "hours": [(hour * 4 + 1, f"{hour:02d}:00") for hour in range(24)],
        "now": now.hour * 4 + now.minute // 15 + 1,
    }


def _head(asked: Asked, day: date, today: date) -> dict[str, Any]:
    return {
        "day": day,
        "is_today": day == today,
        "address": asked.address(view=View.DAY, on=_within(day)),
    }


def _hours_since(first: date, now: datetime) -> int:
    """The hour of a week that it is now, from one; none when it is another week."""
    hours = (now.replace(tzinfo=None) - datetime.combine(first, datetime.min.time())) // timedelta(
        hours=1
    )
    return hours + 1 if 0 <= hours < A_WEEK else 0
