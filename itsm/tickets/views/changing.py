"""Changing many tickets of a queue at once, or one in its row, and taking it back."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from itsm.core.errors import Refused
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.bar import asked_in
from itsm.tickets.desks import Desk
from itsm.tickets.forms import shown
from itsm.tickets.looks import look_of
from itsm.tickets.paging import page_of
from itsm.tickets.queues import narrowed, order_of, rows_found, rows_of
from itsm.tickets.triage import (
    MOST,
    Change,
    Outcome,
    change_each,
    offered,
    undo,
    undo_token,
)
from itsm.tickets.views.lists import back_to, numbers_in, sight_of
from itsm.tickets.workflow import Transition, workflows

MOST_TOLD = 8


@staff_only
def change(request: HttpRequest, *, desk: Desk) -> HttpResponse:
    """Change each of the tickets by itself; a verb that asks for something is asked for it.

    Before, a menu asks what it may offer for them.
    """
    user = person_of(request)
    asked = request.POST if request.method == "POST" else request.GET
    what = asked.get("what", "")
    numbers = _numbers(user, desk, asked)
    transition = workflows[desk.kind].transitions.get(what)
    if request.method != "POST":
        if "offered" in asked:
            return JsonResponse({"verbs": offered(user, desk=desk, numbers=numbers)})
        return _ask(request, desk, transition, numbers)
    given = {name: value for name, value in asked.items() if isinstance(value, str)}
    outcomes = change_each(
        user,
        desk=desk,
        change=Change(what, given),
        numbers=numbers,
        versions=_versions(asked.get("versions", "")),
    )
    return _told(request, desk, outcomes, undo=undo_token(user, outcomes))


@staff_only
@require_POST
def take_back(request: HttpRequest, *, desk: Desk) -> HttpResponse:
    """Undo a change made a moment ago."""
    try:
        outcomes = undo(person_of(request), desk=desk, token=request.POST.get("token", ""))
    except Refused as refusal:
        outcomes = [Outcome("", 409, str(refusal))]
    return _told(request, desk, outcomes)


def _numbers(user: User, desk: Desk, asked: QueryDict) -> Sequence[str]:
    """The tickets that were picked, or all that the queue shows up to the most."""
    if asked.get("all") != "1":
        return numbers_in(",".join(asked.getlist("numbers")), most=MOST)
    query = asked_in(asked.get("back", "").removeprefix("?"))
    filters = narrowed(user, desk=desk, asked=query, tickets=rows_of(user))
    if not filters.is_valid():
        return []
    if query.get("search", "").strip():
        found = rows_found(user, filters.qs, desk=desk, asked=query)
        return [each.number for each in found[:MOST]]
    page = page_of(filters.qs, order=order_of(query), size=MOST)
    return [each.number for each in page.rows]


def _versions(text: str) -> dict[str, int]:
    pairs = [each.rpartition(":") for each in text.split(",")[:MOST]]
    return {
        number: int(version)
        for number, _colon, version in pairs
        if number and version.isascii() and version.isdigit() and len(version) < 10
    }


def _ask(
    request: HttpRequest, desk: Desk, transition: Transition | None, numbers: Sequence[str]
) -> HttpResponse:
    if transition is None or not transition.by_people or not numbers:
        raise Http404
    page = {
        "desk": desk,
        "transition": transition,
        "fields": shown(transition.fields, user=person_of(request), given={}),
        "numbers": numbers,
        "back": request.GET.get("back", ""),
    }
    return render(request, "tickets/many.html", page)


def _told(
    request: HttpRequest, desk: Desk, outcomes: Sequence[Outcome], *, undo: str = ""
) -> HttpResponse:
    said = _said(outcomes)
    if request.accepts("text/html") and "application/json" not in request.headers.get("Accept", ""):
        tell = messages.success if all(each.is_done for each in outcomes) else messages.error
        tell(request, said)
        return redirect(back_to(request, desk))
    failed = [each for each in outcomes if not each.is_done]
    told: dict[str, Any] = {
        "said": said,
        "undo": undo,
        "results": [
            {"number": each.number, "status": each.code, "why": each.why} for each in outcomes
        ],
        "rows": _rows(person_of(request), desk, [each.number for each in outcomes]),
    }
    is_one = len(outcomes) == 1 and failed
    return JsonResponse(told, status=failed[0].code if is_one else 200 if outcomes else 422)


def _rows(user: User, desk: Desk, numbers: Sequence[str]) -> str:
    sight = sight_of(user, look_of(user, desk.kind))
    rows = rows_of(user, with_caller=sight.has_caller)
    changed = rows.filter(kind=desk.kind, number__in=numbers)
    return render_to_string("tickets/_rows.html", {"rows": changed, "sight": sight})


def _said(outcomes: Sequence[Outcome]) -> str:
    """In a sentence: how many were changed, and of each that was not, why."""
    if not outcomes:
        return _("Nothing was chosen.")
    failed = [each for each in outcomes if not each.is_done]
    done = len(outcomes) - len(failed)
    if len(outcomes) == 1:
        return failed[0].why if failed else _("%(number)s changed.") % vars(outcomes[0])
    told = ngettext("%(count)d record changed.", "%(count)d records changed.", done)
    sentences = [told % {"count": done}, *(each.why for each in failed[:MOST_TOLD])]
    if len(failed) > MOST_TOLD:
        sentences.append(_("And %(count)d more.") % {"count": len(failed) - MOST_TOLD})
    return " ".join(sentences)
