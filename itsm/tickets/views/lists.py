"""The queue of a kind of ticket, and its rows for live screens."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from itsm.core.news import horizon
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.people.selectors import visible_teams
from itsm.tickets.actions.looks import remember_look
from itsm.tickets.bar import address_with, asked_in, chips_of, controls_of, heads_of
from itsm.tickets.columns import COLUMNS, columns_named
from itsm.tickets.desks import Desk
from itsm.tickets.looks import columns_of, look_of
from itsm.tickets.presence import present_at
from itsm.tickets.queues import narrowed, order_of, queue, rows_of
from itsm.tickets.saved import Density, QueueLook, SavedView
from itsm.tickets.saved_views import visible_views
from itsm.tickets.tabs import tabs_of
from itsm.tickets.templatetags.queue_rows import Sight

MOST_ROWS = 50


@staff_only
def show_queue(request: HttpRequest, *, desk: Desk) -> HttpResponse:
    """The queue, filtered by its address."""
    user = person_of(request)
    # Before the rows are read, so that what commits meanwhile is told by the live line.
    cursor = horizon()
    asked = asked_in(request.GET)
    look = look_of(user, desk.kind)
    if not asked and (view := _first_view(user, look)):
        return HttpResponseRedirect(f"{desk.address}?{view.address}")
    sight = sight_of(user, look)
    filters, page = queue(user, desk=desk, asked=asked, with_caller=sight.has_caller)
    sight = replace(sight, present=present_at(user, [each.number for each in page.rows]))
    order = order_of(asked)
    controls = controls_of(filters, asked, teams=visible_teams(user))
    shown = {
        "desk": desk,
        "page": page,
        "cursor": cursor,
        "asked": asked,
        "wrong": filters.form.errors if filters.is_bound else {},
        "tabs": tabs_of(desk, asked),
        "controls": controls,
        "chips": chips_of(filters, asked, controls),
        "heads": heads_of(sight.columns, asked, order=order),
        "sight": sight,
        "look": look,
        "query": address_with(asked, view=""),
        **_view_shown(user, desk, asked),
        "columns": [(each, each in sight.columns) for each in COLUMNS],
        "densities": Density.choices,
        "older": _address(request, after=page.older) if page.older else "",
        "newer": _address(request, before=page.newer) if page.newer else "",
    }
    return render(request, "tickets/queue.html", shown)


def _first_view(user: User, look: QueueLook) -> SavedView | None:
    """The view somebody chose to open first, while it is shared with him."""
    if look.opens_with_id is None:
        return None
    return visible_views(user, look.kind).filter(pk=look.opens_with_id).first()


def _view_shown(user: User, desk: Desk, asked: Mapping[str, str]) -> dict[str, Any]:
    """The saved view one looks at, and whether it may be filled with what is shown now."""
    key = asked.get("view", "")
    if not (key.isascii() and key.isdigit() and len(key) < 18):
        return {}
    view = visible_views(user, desk.kind).filter(pk=int(key)).first()
    if view is None:
        return {}
    is_other = address_with(asked, view="").removeprefix("?") != view.query
    return {"view": view, "may_fill": is_other and view.owner_id == user.pk}


def sight_of(user: User, look: QueueLook) -> Sight:
    """How rows are shown to this person."""
    return Sight(columns_named(columns_of(look)), user.has_perm("tickets.work"))


def _address(request: HttpRequest, *, after: str = "", before: str = "") -> str:
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("before", None)
    query["after" if after else "before"] = after or before
    return f"?{query.urlencode()}"


@staff_only
def show_rows(request: HttpRequest, *, desk: Desk) -> HttpResponse:
    """Some rows by number: those on the screen, and of the others what the filters let in."""
    user = person_of(request)
    numbers = numbers_in(request.GET.get("numbers", ""))
    known = set(numbers_in(request.GET.get("shown", "")))
    sight = sight_of(user, look_of(user, desk.kind))
    rows = rows_of(user, with_caller=sight.has_caller)
    found = list(rows.filter(kind=desk.kind, number__in=numbers))
    fresh = {each.number for each in found} - known
    if fresh:
        asked = {
            name: value
            for name, value in asked_in(request.GET).items()
            if name not in ("numbers", "shown", "search")
        }
        filters = narrowed(user, desk=desk, asked=asked, tickets=rows_of(user))
        let_in = filters.qs if filters.is_valid() else filters.qs.none()
        fresh = set(let_in.filter(number__in=fresh).values_list("number", flat=True))
    shown = [each for each in found if each.number in fresh or each.number in known]
    sight = replace(sight, present=present_at(user, [each.number for each in shown]))
    return render(request, "tickets/_rows.html", {"rows": shown, "sight": sight})


def numbers_in(text: str, *, most: int = MOST_ROWS) -> list[str]:
    """The numbers with commas between, as far as they can be numbers."""
    return [each for each in text.split(",") if each and "\x00" not in each][:most]


@staff_only
@require_POST
def choose_look(request: HttpRequest, *, desk: Desk) -> HttpResponse:
    """Remember how this person likes the queue, and go back to it."""
    chosen: dict[str, Any] = {}
    if "columns" in request.POST:
        wanted = request.POST.getlist("columns")
        chosen["columns"] = [each.name for each in COLUMNS if each.name in wanted]
    if request.POST.get("density") in Density.values:
        chosen["density"] = request.POST["density"]
    if request.POST.get("detail") in ("0", "1"):
        chosen["has_detail"] = request.POST["detail"] == "1"
    if chosen:
        remember_look(user=person_of(request), kind=desk.kind, **chosen)
    return HttpResponseRedirect(back_to(request, desk))


def back_to(request: HttpRequest, desk: Desk) -> str:
    """The queue as it was when a form on it was sent."""
    query = request.POST.get("back", "")
    is_query = query.startswith("?") and len(query) < 3000
    return f"{desk.address}{query}" if is_query else desk.address
