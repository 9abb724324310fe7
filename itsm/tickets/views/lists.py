"""The queue of a kind of ticket, its rows for live screens, and names to choose from."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from itsm.core.news import horizon
from itsm.inventory.selectors import visible_services
from itsm.people.access import person_of, staff_only
from itsm.people.selectors import visible_teams, workers
from itsm.tickets.desks import Desk
from itsm.tickets.queues import PHASES, queue, rows_of
from itsm.tickets.tabs import tabs_of

MOST_ROWS = 50
MOST_NAMES = 12


@staff_only
def show_queue(request: HttpRequest, *, desk: Desk) -> HttpResponse:
    """The queue, filtered by its address."""
    user = person_of(request)
    # Before the rows are read, so that what commits meanwhile is told by the live line.
    cursor = horizon()
    asked = _asked(request)
    filters, page = queue(user, desk=desk, asked=asked)
    shown = {
        "desk": desk,
        "page": page,
        "cursor": cursor,
        "asked": asked,
        "wrong": filters.form.errors if filters.is_bound else {},
        "tabs": tabs_of(desk, asked),
        "phases": PHASES,
        "teams": visible_teams(user),
        "older": _address(request, after=page.older) if page.older else "",
        "newer": _address(request, before=page.newer) if page.newer else "",
    }
    return render(request, "tickets/queue.html", shown)


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "") for name in request.GET}


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
    numbers = _numbers(request.GET.get("numbers", ""))
    known = _numbers(request.GET.get("shown", ""))
    rows = list(rows_of(user).filter(kind=desk.kind, number__in=numbers))
    fresh = {each.number for each in rows} - set(known)
    if fresh:
        asked = {
            name: value
            for name, value in _asked(request).items()
            if name not in ("numbers", "shown", "after", "before", "search")
        }
        filters, _page = queue(user, desk=desk, asked=asked)
        fresh = set(filters.qs.filter(number__in=fresh).values_list("number", flat=True))
    shown = [each for each in rows if each.number in fresh or each.number in known]
    return render(request, "tickets/_rows.html", {"rows": shown})


def _numbers(text: str) -> list[str]:
    return [each for each in text.split(",") if each and "\x00" not in each][:MOST_ROWS]


@staff_only
def suggest(request: HttpRequest, *, noun: str) -> JsonResponse:
    """Names that begin with or hold what was typed, for a field to offer."""
    user, text = person_of(request), request.GET.get("q", "").replace("\x00", "").strip()
    if noun == "services":
        services = visible_services(user).filter(name__icontains=text)[:MOST_NAMES]
        options = [{"value": each.name, "label": str(each)} for each in services]
    elif noun == "people":
        people = workers().filter(username__icontains=text) | workers().filter(name__icontains=text)
        options = [{"value": each.username, "label": str(each)} for each in people[:MOST_NAMES]]
    else:
        raise Http404
    return JsonResponse({"options": options})
