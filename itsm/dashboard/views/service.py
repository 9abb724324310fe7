"""The services: how they all are, and everything about one."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from itsm.core.news import horizon
from itsm.dashboard.asking import address_with, asked_of
from itsm.dashboard.drawing import service_map
from itsm.dashboard.parts import Fill, page_of_parts
from itsm.dashboard.selectors import service as selectors
from itsm.dashboard.selectors.health import service_health
from itsm.dashboard.selectors.objectives import objectives
from itsm.dashboard.selectors.service import Day
from itsm.dashboard.wording import worded
from itsm.inventory.models import Service, Tier
from itsm.inventory.selectors import service_for
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.people.selectors import visible_teams
from itsm.tickets.templatetags.screens import heat_strip

HEALTH = ("unwell", "well")


@staff_only
def services(request: HttpRequest) -> HttpResponse:
    """Every service with how it is, who owns it and what is open, a page at a time by name."""
    user, cursor = person_of(request), horizon()
    asked = asked_of(request)
    found = selectors.listed_services(
        user,
        words=asked.get("q", ""),
        tier=_tier(asked.get("tier", "")),
        team=asked.get("team", ""),
    )
    if asked.get("health") in HEALTH:
        well = [each.service.pk for each in service_health(user) if each.is_well]
        is_wanted = asked["health"] == "well"
        found = found.filter(pk__in=well) if is_wanted else found.exclude(pk__in=well)
    page = list(found.filter(name__gt=asked.get("after", ""))[: selectors.SIZE + 1])
    has_more, page = len(page) > selectors.SIZE, page[: selectors.SIZE]
    shown = {
        "cursor": cursor,
        "asked": asked,
        "lines": selectors.lines_of(user, sorted(page, key=lambda each: str(each).casefold())),
        "tiers": Tier.choices,
        "teams": visible_teams(user),
        "next": address_with(request, after=page[-1].name) if has_more else "",
        "is_first": not asked.get("after"),
    }
    return render(request, "dashboard/services.html", shown)


def _tier(text: str) -> int | None:
    """The tier that is meant, if there is one."""
    return int(text) if text in [str(each) for each in Tier.values] else None


@staff_only
def service(request: HttpRequest, name: str) -> HttpResponse:
    """One service: how it is and was, what is open, what it needs, who owns it."""
    user = person_of(request)
    shown = service_for(user, name.replace("\x00", ""))
    parts = {part: _of(shown, fill) for part, fill in PARTS.items()}
    return page_of_parts(
        request, "dashboard/service.html", user=user, parts=parts, service=shown,
        people=selectors.people_of(shown),
    )  # fmt: skip


def _of(shown: Service, fill: Any) -> Fill:
    def of_service(user: User) -> Mapping[str, Any]:
        told: Mapping[str, Any] = fill(user, shown)
        return told

    return of_service


def _state(user: User, shown: Service) -> Mapping[str, Any]:
    near = selectors.neighbourhood(user, shown)
    has_map = bool(near.others)
    return {"health": near.centre, "near": near, "map": service_map(near) if has_map else ""}


def _history(user: User, shown: Service) -> Mapping[str, Any]:
    days = selectors.history_of(user, shown)
    bad = [each for each in days if each.priority is not None]
    return {"strip": heat_strip([_mark(each) for each in days]), "days": days, "bad": bad}


def _mark(day: Day) -> str:
    return f"is-p{day.priority}" if day.priority else "is-ok"


def _open(user: User, shown: Service) -> Mapping[str, Any]:
    return {"rows": selectors.open_rows(user, shown)}


def _alerts(user: User, shown: Service) -> Mapping[str, Any]:
    return {"alerts": selectors.alerts_of(user, shown)}


def _items(user: User, shown: Service) -> Mapping[str, Any]:
    items = selectors.items_of(user, shown)
    most = selectors.MOST_ITEMS
    return {"items": items[:most], "more_items": _("and more") if len(items) > most else ""}


def _objectives(user: User, shown: Service) -> Mapping[str, Any]:
    return {"objectives": objectives(user, shown)}


def _news(user: User, shown: Service) -> Mapping[str, Any]:
    return {"news": worded(selectors.news_of(user, shown))}


PARTS: Mapping[str, Any] = {
    "state": _state,
    "history": _history,
    "open": _open,
    "service-alerts": _alerts,
    "items": _items,
    "objectives": _objectives,
    "news": _news,
}
