"""Planning a change for another time: by a form, or by dragging it over the calendar."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from changes import actions, selectors
from changes.calendar import shifted
from changes.conflicts import BLOCKS, Conflict
from changes.desk import desk
from changes.forms import TIMES
from changes.models import Change
from changes.windows import Span
from itsm.core.errors import Invalid, NotAllowed, Refused, Stale
from itsm.people.access import person_of, staff_only
from itsm.people.middleware import zone_of
from itsm.people.models import User
from itsm.tickets.fields import cleaned
from itsm.tickets.forms import shown
from itsm.tickets.permissions import may_work
from itsm.tickets.views.acting import done, status_of, version_of

SHIFT = re.compile(r"-?[0-9]{1,5}")
FARTHEST = timedelta(days=3660)
LONGEST = timedelta(days=366)


@staff_only
@require_GET
def fits(request: HttpRequest, number: str) -> JsonResponse:
    """Say what would be in the way of a change at another time, and when there is room."""
    user = person_of(request)
    change = selectors.change_for(user, number)
    try:
        span = _wanted(user, change, request.GET)
    except Invalid as refusal:
        return JsonResponse({"why": str(refusal), "field": refusal.field}, status=422)
    found = selectors.conflicts_told_to(user, selectors.conflicts_for(change, at=span))
    is_blocked = any(each.severity == BLOCKS for each in found)
    free = selectors.next_free_slot(change, at=span) if found else None
    return JsonResponse(
        {
            **_span(span),
            "words": words_of(span),
            "severity": "block" if is_blocked else "warn" if found else "",
            "conflicts": [_conflict(each) for each in found],
            "free": {**_span(free), "words": words_of(free)} if free else None,
            "asks_again": actions.voids_leave(change),
        }
    )


@staff_only
def move(request: HttpRequest, number: str) -> HttpResponse:
    """Plan a change for another time."""
    user = person_of(request)
    change = selectors.change_for(user, number)
    if not may_work(user, change, "changes.work"):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": change.number})
    if request.method != "POST":
        return _form(request, change, given=_as_typed(selectors.planned_span(change)))
    is_program = "application/json" in request.headers.get("Accept", "")
    try:
        span = _wanted(user, change, request.POST)
        moved = actions.move(
            change=change, actor=user, to=span, expected_version=version_of(request)
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        if is_program:
            told = {"why": str(refusal), "field": refusal.field}
            return JsonResponse(told, status=412 if isinstance(refusal, Stale) else 422)
        given = {each.name: request.POST.get(each.name, "") for each in TIMES}
        return _form(request, change, given=given, refusal=refusal)
    if not is_program:
        return done(request, desk, number)
    return JsonResponse(_told(change, moved))


def words_of(span: Span) -> str:
    """A span of time as people say it, in the zone of whoever reads."""
    start, end = timezone.localtime(span.start), timezone.localtime(span.end)
    day = date_format(start, "D j M")
    if start.date() == end.date():
        return f"{day} {start:%H:%M}–{end:%H:%M}"
    return f"{day} {start:%H:%M} – {date_format(end, 'D j M')} {end:%H:%M}"


def _wanted(user: User, change: Change, asked: QueryDict) -> Span:
    """The time that is asked for: so much later than planned, or from one instant to another."""
    if "days" not in asked and "minutes" not in asked:
        given = {each.name: asked.get(each.name) for each in TIMES}
        values = cleaned(TIMES, given)
        return _sane(Span(values["planned_start"], values["planned_end"]))
    planned = selectors.planned_span(change)
    if planned is None:
        raise Invalid(_("Say when it is to be done."), field="planned_start")
    shift = {name: _whole(asked.get(name, "0"), name) for name in ("days", "minutes")}
    return _sane(shifted(planned, **shift, zone=zone_of(user)))


def _whole(text: str, name: str) -> int:
    if not SHIFT.fullmatch(text):
        raise Invalid(_("Give a whole number."), field=name)
    return int(text)


def _sane(span: Span) -> Span:
    if span.end <= span.start:
        raise Invalid(_("It must end after it begins."), field="planned_end")
    if span.end - span.start > LONGEST or abs(span.start - timezone.now()) > FARTHEST:
        raise Invalid(_("That is too long, or too far away."), field="planned_start")
    return span


def _form(
    request: HttpRequest,
    change: Change,
    *,
    given: Mapping[str, str],
    refusal: Refused | None = None,
) -> HttpResponse:
    names = [each.name for each in TIMES]
    field = refusal.field if refusal and refusal.field in names else None
    user = person_of(request)
    found = selectors.conflicts_told_to(user, selectors.conflicts_for(change))
    free = selectors.next_free_slot(change) if found else None
    page = {
        "change": change,
        "fields": shown(
            TIMES, user=user, given=given, wrong={field: str(refusal)} if field else {}
        ),
        "version": change.version,
        "wrong": str(refusal) if refusal and not field else "",
        "conflicts": found,
        "free": _as_typed(free) if free else None,
        "free_words": words_of(free) if free else "",
        "asks_again": actions.voids_leave(change),
        "desk": desk,
    }
    return render(request, "changes/move.html", page, status=status_of(refusal))


def _as_typed(span: Span | None) -> dict[str, str]:
    if span is None:
        return {}
    pair: Sequence[Any] = (span.start, span.end)
    return {
        each.name: f"{timezone.localtime(instant):%Y-%m-%dT%H:%M}"
        for each, instant in zip(TIMES, pair, strict=True)
    }


def _conflict(conflict: Conflict) -> dict[str, str]:
    return {
        "sort": conflict.sort,
        "other": conflict.other,
        "severity": conflict.severity,
        "why": conflict.why,
    }


def _span(span: Span) -> dict[str, str]:
    return {"planned_start": span.start.isoformat(), "planned_end": span.end.isoformat()}


def _told(before: Change, after: Change) -> dict[str, Any]:
    """How it ended, and how it is taken back."""
    now, then = selectors.planned_span(after), selectors.planned_span(before)
    said = _("%(number)s is planned for %(when)s.")
    return {
        "said": said % {"number": after.number, "when": words_of(now) if now else ""},
        "version": after.version,
        "state": after.state,
        "undo": _span(then) if then else None,
    }
