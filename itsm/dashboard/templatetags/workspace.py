"""The navigation of the staff screens, with its counts."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from django import template
from django.template import Context, Engine
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from itsm.dashboard.selectors.board import Numbers, counts_of_nav
from itsm.people.access import person_of
from itsm.people.models import User
from itsm.tickets.desks import address_of, desks
from itsm.tickets.models import Ticket
from itsm.tickets.saved_views import pinned_views

register = template.Library()


NAV = "dashboard/_nav.html"
View = tuple[str, str, str, int | None]  # where it leads, what it is called, its key, its count


@register.simple_tag(takes_context=True)
def workspace_nav(context: dict[str, Any]) -> SafeString:
    """Where one can go, where one is, and how much waits there."""
    request = context["request"]
    user = person_of(request)
    mine, unassigned = _counts(user, context)
    shown = request.GET.get("view", "")
    pinned = [
        (each.address, str(each.view), str(each.view.pk), each.count)
        for each in (pinned_views(user) if user.is_staffer else [])
    ]
    if shown and shown not in {key for _address, _title, key, _count in pinned}:
        shown = "another"
    language = get_language() or ""
    place, ticket = _place_of(request.path, language), context.get("ticket")
    if not place and isinstance(ticket, Ticket):  # a page about a record that stands elsewhere
        place = _place_of(address_of(ticket), language)
    return _drawn(
        language,
        place,
        "page" if place == request.path else "true",
        request.GET.urlencode() if request.GET.urlencode() in OWN_VIEWS else "",
        shown,
        mine,
        unassigned,
        tuple(pinned),
    )


OWN_VIEWS = ("view=mine", "view=unassigned")


def _counts(user: User, context: dict[str, Any]) -> tuple[int, int]:
    """How much is one's own and nobody's, as the tiles of the page say it if it has them."""
    numbers = context.get("numbers")
    if isinstance(numbers, Numbers):
        return numbers.mine, numbers.unassigned
    counts = counts_of_nav(user) if user.is_staffer else {}
    return counts.get("mine", 0), counts.get("unassigned", 0)


@lru_cache(maxsize=500)
def _drawn(
    _language: str,
    path: str,
    sort: str,
    query: str,
    shown_view: str,
    mine: int,
    unassigned: int,
    pinned: Sequence[View],
) -> SafeString:
    """The navigation of everybody who is there and has so much to do: drawing it costs more."""
    names = ("address", "view", "key", "count")
    shown = {
        "path": path,
        "sort": sort,
        "query": query,
        "shown_view": shown_view,
        "mine": mine,
        "unassigned": unassigned,
        "desks": sorted(
            (each for each in desks.values() if each.is_in_nav), key=lambda desk: desk.place
        ),
        "pinned": [dict(zip(names, each, strict=True)) for each in pinned],
    }
    return Engine.get_default().get_template(NAV).render(Context(shown))


def _place_of(path: str, language: str) -> str:
    """The nearest place above a page that it has a link to, or nothing."""
    places, place = _places(language), path
    while place not in places:
        place = f"{place.rstrip('/').rpartition('/')[0]}/"
    # The dashboard stands above everything, and tells nothing of where one is.
    return place if place != "/" or path == "/" else ""


@cache
def _places(language: str) -> frozenset[str]:
    """The addresses it has links to."""
    drawn = _drawn(language, "", "", "", "", 0, 0, ())
    beside = ("/runs/", "/macros/", "/reviews/", "/proposals/")
    return frozenset([*beside, *re.findall(r'href="([^"?]*)', drawn)])
