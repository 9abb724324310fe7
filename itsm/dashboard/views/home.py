"""The staff's first page: what burns, what waits, and where to go."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from itsm.core.lasting import lasting
from itsm.dashboard.parts import Fill, page_of_parts
from itsm.dashboard.selectors.alerts import firing_alerts
from itsm.dashboard.selectors.board import just_happened, lists_for, numbers_for
from itsm.dashboard.selectors.health import service_health, worst_first
from itsm.dashboard.selectors.pace import pace
from itsm.dashboard.wording import worded
from itsm.people.access import person_of, signed_in
from itsm.people.models import User
from itsm.tickets.desks import desks
from itsm.tickets.task_selectors import tasks_waiting_for

FEW = 8  # services that are shown however well they all are
MOST_TASKS = 8
LISTS = ("risk", "mine", "others", "unassigned", "problems", "open")


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What is to be done now; end users are shown to the portal."""
    user = person_of(request)
    if not user.is_staffer:
        return redirect("portal")
    return page_of_parts(request, "dashboard/home.html", user=user, parts=PARTS)


def _tiles(user: User) -> Mapping[str, Any]:
    return {"numbers": numbers_for(user)}


def _work(user: User) -> Mapping[str, Any]:
    lists = lists_for(user, LISTS)
    has_team = bool(lists["others"]) or user.memberships.exists()
    return {
        "lists": lists,
        "has_team": has_team,
        "tasks": list(tasks_waiting_for(user, "mine")[:MOST_TASKS]),
    }


def _alerts(user: User) -> Mapping[str, Any]:
    return {"alerts": firing_alerts(user)}


def _health(user: User) -> Mapping[str, Any]:
    everyone = service_health(user)
    unwell = sum(not each.is_well for each in everyone)
    shown = worst_first(everyone)[: max(unwell, FEW)]
    well = len(everyone) - max(unwell, len(shown))
    return {"health": shown, "unwell": unwell, "well": well}


def _changes(user: User) -> Mapping[str, Any]:
    if "change" not in desks:
        return {"has_changes": False}
    return {"has_changes": True, "changes": lists_for(user, ["changes"])["changes"]}


def _pace(_user: User) -> Mapping[str, Any]:
    told = pace()
    curves = (("acknowledged", told.acknowledged), ("resolved", told.resolved))
    return {
        "pace": [
            {
                "name": name,
                "curve": [each or 0 for each in curve.days],
                "recent": lasting(curve.recent),
                "before": lasting(curve.before),
            }
            for name, curve in curves
        ]
    }


def _news(user: User) -> Mapping[str, Any]:
    return {"news": worded(just_happened(user))}


PARTS: Mapping[str, Fill] = {
    "tiles": _tiles,
    "work": _work,
    "alerts": _alerts,
    "health": _health,
    "changes": _changes,
    "pace": _pace,
    "news": _news,
}
