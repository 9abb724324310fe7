"""The staff's first page: what burns, what waits, and where to go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from changes.selectors import starts_of
from itsm.core.lasting import lasting
from itsm.dashboard import insight
from itsm.dashboard.parts import Fill, page_of_parts, parts_wanted
from itsm.dashboard.selectors.alerts import firing_alerts
from itsm.dashboard.selectors.board import just_happened, lists_for, numbers_for
from itsm.dashboard.selectors.health import service_health, worst_first
from itsm.dashboard.selectors.pace import pace
from itsm.dashboard.wording import worded
from itsm.people.access import person_of, signed_in
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.task_selectors import first_tasks_of

FEW = 8  # services that are shown however well they all are
MOST_TASKS = 8
LISTS = {
    "work": ("risk", "mine", "others", "unassigned", "problems", "open"),
    "changes": ("changes",),
}
Lists = Mapping[str, list[Ticket]]


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What is to be done now; end users are shown to the portal."""
    user = person_of(request)
    if not user.is_staffer:
        return redirect("portal")
    wanted = parts_wanted(request, [*LISTS, *PARTS])
    names = [name for part, names in LISTS.items() if part in wanted for name in names]

    # Two parts list tickets, and both are read at once; not before the page has read the horizon.
    @cache
    def lists() -> Lists:
        return lists_for(user, names)

    parts: dict[str, Fill] = {
        **PARTS,
        "work": lambda user: _work(user, lists()),
        "changes": lambda _user: {"changes": _planned(lists()["changes"])},
    }
    if "X-Parts" in request.headers:
        parts["insight"] = _insight
    return page_of_parts(request, "dashboard/home.html", user=user, parts=parts)


def _planned(found: Sequence[Ticket]) -> Sequence[tuple[Ticket, datetime | None]]:
    """The changes, each with when it is planned to begin."""
    starts = starts_of([each.pk for each in found]) if found else {}
    return [(each, starts.get(each.pk)) for each in found]


def _tiles(user: User) -> Mapping[str, Any]:
    return {"numbers": numbers_for(user)}


def _work(user: User, lists: Lists) -> Mapping[str, Any]:
    has_team = bool(lists["others"]) or user.memberships.exists()
    return {
        "lists": lists,
        "has_team": has_team,
        "tasks": first_tasks_of(user, most=MOST_TASKS),
    }


def _alerts(user: User) -> Mapping[str, Any]:
    return {"alerts": firing_alerts(user)}


def _health(user: User) -> Mapping[str, Any]:
    everyone = service_health(user)
    unwell = sum(not each.is_well for each in everyone)
    shown = worst_first(everyone)[: max(unwell, FEW)]
    well = len(everyone) - max(unwell, len(shown))
    return {"health": shown, "unwell": unwell, "well": well}


def _pace(_user: User) -> Mapping[str, Any]:
    told = pace()
    curves = (("acknowledged", told.acknowledged), ("resolved", told.resolved))
    return {
        "pace": [
            {
                "name": name,
                "curve": list(curve.days),
                "recent": lasting(curve.recent),
                "before": lasting(curve.before),
            }
            for name, curve in curves
        ]
    }


def _insight_later(_user: User) -> Mapping[str, Any]:
    """The page shows it bare at first, and asks once all that people wait for is there."""
    return {"insight": insight.bare(), "is_later": True}


def _insight(user: User) -> Mapping[str, Any]:
    return {"insight": insight.known(user), "is_later": False}


def _news(user: User) -> Mapping[str, Any]:
    return {"news": worded(just_happened(user))}


PARTS: Mapping[str, Fill] = {
    "tiles": _tiles,
    "alerts": _alerts,
    "health": _health,
    "pace": _pace,
    "insight": _insight_later,
    "news": _news,
}
