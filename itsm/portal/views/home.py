"""Where people begin: say what hurts, see what is known already."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents.outages import known_outages
from itsm.core.news import horizon
from itsm.people.access import person_of, signed_in
from itsm.portal import selectors
from itsm.portal.wording import worded
from itsm.tickets.suggestions import MOST_TYPED, suggestions_for


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Search first; below it what is going on, and how one's own items stand."""
    user = person_of(request)
    text = _typed(request)
    outages = known_outages(user)
    items = selectors.unsettled_items(user)
    shown = {
        "cursor": horizon(),
        "text": text,
        "groups": suggestions_for(user, text),
        "outages": outages,
        "items": worded(items[: selectors.MOST_SHOWN]),
        "summary": selectors.summary_of(user, [each.service for each in outages]),
    }
    return render(request, "portal/home.html", shown)


@signed_in
def suggest(request: HttpRequest) -> HttpResponse:
    """What may be meant by what is being typed, as a part of a page."""
    text = _typed(request)
    shown: dict[str, Any] = {
        "text": text,
        "groups": suggestions_for(person_of(request), text),
        "to": request.GET.get("to", ""),
    }
    return render(request, "portal/_suggestions.html", shown)


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "")[:MOST_TYPED]
