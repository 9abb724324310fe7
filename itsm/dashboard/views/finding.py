"""The search over all kinds of records, and what the command palette finds."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from itsm.core.news import horizon
from itsm.core.palette import Found, found_by, palette_sources
from itsm.dashboard.asking import LONGEST, address_with, asked_of
from itsm.dashboard.filters import PHASES, VIEWS
from itsm.dashboard.finding import Findings, find_tickets
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.desks import desks
from itsm.tickets.models import Priority
from itsm.tickets.palette import records_numbered
from itsm.tickets.search import words_of

MOST_IN_PALETTE = 6
MOST_OTHERS = 20
RECORDS = "records"


@staff_only
def search(request: HttpRequest) -> HttpResponse:
    """All kinds of records by words and filters; the page every number opens."""
    user, cursor = person_of(request), horizon()
    asked = {"q": "", **asked_of(request)}
    sort = asked.get("in", RECORDS)
    findings = find_tickets(user, asked)
    words = asked["q"]
    others = found_by(user, words, most=MOST_OTHERS, without=[RECORDS]) if words else []
    shown = {
        "cursor": cursor,
        "asked": asked,
        "words": words_of(words),
        "heading": _heading(asked),
        "page": findings.page,
        "excerpts": findings.excerpts,
        "wrong": not findings.filters.is_valid(),
        "tabs": _tabs(request, findings, others, sort),
        "others": [each for each in others if sort in (each[0], RECORDS)],
        "has_rows": sort == RECORDS,
        "phases": PHASES,
        "priorities": Priority.choices,
        "older": address_with(request, after=findings.page.older) if findings.page.older else "",
        "newer": address_with(request, before=findings.page.newer) if findings.page.newer else "",
    }
    return render(request, "dashboard/search.html", shown)


def _heading(asked: dict[str, str]) -> Any:
    return _("Search") if asked["q"] else VIEWS.get(asked.get("view", ""), _("All records"))


def _tabs(
    request: HttpRequest, findings: Findings, others: list[Any], sort: str
) -> list[dict[str, Any]]:
    """The kinds of records, then the other sorts of things that were found."""
    kind, counts = request.GET.get("kind", ""), findings.by_kind
    has_counts = bool(request.GET.get("q", "").strip())
    tabs = [
        {
            "label": desks[each].title if each else _("All records"),
            "address": address_with(request, kind=each, **{"in": ""}),
            "count": (counts.get(each, 0) if each else sum(counts.values())) if has_counts else "",
            "is_current": sort == RECORDS and kind == each,
        }
        for each in ("", *desks)
    ]
    return tabs + [
        {
            "label": palette_sources[name].title,
            "address": address_with(request, **{"in": name}),
            "count": len(found),
            "is_current": sort == name,
        }
        for name, _source, found in others
    ]


@staff_only
def find(request: HttpRequest) -> HttpResponse:
    """What the palette shows for some words; without words, what was looked at last."""
    user = person_of(request)
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    groups = _found(user, text) if text else _recent(user, request.GET.get("recent", ""))
    return render(request, "dashboard/find.html", {"groups": groups, "text": text})


def _found(user: User, text: str) -> list[tuple[Any, Any]]:
    found = found_by(user, text, most=MOST_IN_PALETTE)
    return [(source.title, things) for _name, source, things in found]


def _recent(user: User, numbers: str) -> list[tuple[Any, list[Found]]]:
    wanted = [each for each in numbers.upper().split(",") if each.isascii() and len(each) < 30]
    found = records_numbered(user, [each.replace("\x00", "") for each in wanted[:8]])
    return [(_("Looked at last"), found)] if found else []
