"""The wallboard: what burns, for a big screen that nobody sits at."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from itsm.dashboard.parts import Fill, page_of_parts
from itsm.dashboard.selectors.alerts import firing_alerts
from itsm.dashboard.selectors.board import lists_for, numbers_for
from itsm.dashboard.selectors.health import service_health, worst_first
from itsm.people.access import person_of, staff_only
from itsm.people.models import User

MOST_BURNING = 6
MOST_ALERTS = 6
MOST_SERVICES = 21
QUICKEST, SLOWEST = 5, 300  # seconds that one panel may stand while they take turns


@staff_only
def wall(request: HttpRequest) -> HttpResponse:
    """Everything at once, or with ``?cycle=15`` one panel after the other."""
    seconds = request.GET.get("cycle", "")
    is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < 5
    cycle = min(max(int(seconds), QUICKEST), SLOWEST) if is_number else 0
    user = person_of(request)
    return page_of_parts(request, "dashboard/wall.html", user=user, parts=PARTS, cycle=cycle)


def _numbers(user: User) -> Mapping[str, Any]:
    return {"numbers": numbers_for(user)}


def _burning(user: User) -> Mapping[str, Any]:
    rows = lists_for(user, ["burning"], most=MOST_BURNING + 1)["burning"]
    shown = [(each, _clock(each.opened_at)) for each in rows[:MOST_BURNING]]
    return {"burning": shown, "has_more": len(rows) > MOST_BURNING}


def _clock(since: Any) -> str:
    """How long ago that was, as a clock says it."""
    minutes, seconds = divmod(int((timezone.now() - since).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days}d {hours:02}:{minutes:02}" if days else f"{hours}:{minutes:02}:{seconds:02}"


def _alerts(user: User) -> Mapping[str, Any]:
    return {"alerts": firing_alerts(user, most=MOST_ALERTS)}


def _health(user: User) -> Mapping[str, Any]:
    health = service_health(user)
    # The last place says how many found none.
    most = MOST_SERVICES if len(health) <= MOST_SERVICES else MOST_SERVICES - 1
    return {"health": worst_first(health, most=most), "more": max(len(health) - most, 0)}


PARTS: Mapping[str, Fill] = {
    "wall-numbers": _numbers,
    "wall-burning": _burning,
    "wall-alerts": _alerts,
    "wall-health": _health,
}
