"""Taking in the freezes and maintenance windows of another calendar: first to look, then to do."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from changes import actions
from changes.actions.importing import ADDED, CHANGED, ENDED, LEFT_OUT, UNCHANGED
from changes.desk import desk
from changes.forms import TAKEN_IN
from changes.models import WindowSort
from itsm.core import http
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.access import person_of, staff_only
from itsm.tickets.fields import cleaned
from itsm.tickets.forms import shown
from itsm.tickets.views.acting import status_of

MOST_BYTES = 1_000_000
NAMES = tuple(each.name for each in TAKEN_IN)


@staff_only
def take_in(request: HttpRequest) -> HttpResponse:
    """Say what would become of each event of a calendar, and on the second word do it."""
    user = person_of(request)
    if not user.has_perm("config.edit"):
        raise NotAllowed(_("Only administrators take calendars in."))
    if request.method != "POST":
        usual = {"sort": WindowSort.FREEZE.value, "zone": user.time_zone}
        return _page(request, given=usual)
    given = {name: request.POST.get(name, "") for name in NAMES}
    is_trial = "write" not in request.POST
    try:
        given["text"] = _text(request, given)
        values = cleaned(TAKEN_IN, {**given, "address": ""})
        lines = actions.import_windows(
            text=values["text"],
            sort=values["sort"],
            zone=values["zone"],
            actor=user,
            dry_run=is_trial,
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return _page(request, given=given, refusal=refusal)
    if is_trial:
        return _page(request, given=given, lines=lines)
    count = sum(each.outcome in (ADDED, CHANGED, ENDED) for each in lines)
    said = ngettext("%(count)d window was taken in.", "%(count)d windows were taken in.", count)
    messages.success(request, said % {"count": count})
    return redirect("change-calendar")


def _text(request: HttpRequest, given: dict[str, str]) -> str:
    """The calendar: of a file, of an address, or as it was pasted."""
    file: Any = request.FILES.get("file")
    if file is not None:
        return _decoded(file.read(MOST_BYTES + 1), field="file")
    if given["address"].strip() and not given["text"].strip():
        return _fetched(given["address"].strip())
    if not given["text"].strip():
        raise Invalid(_("Choose a file, or give its address or its text."), field="text")
    return given["text"]


def _fetched(address: str) -> str:
    url = re.sub(r"^webcals?://", "https://", address, flags=re.IGNORECASE)
    if not http.may_call(url):
        raise Invalid(_("Give an address that begins with https://."), field="address")
    try:
        answer = http.call("GET", url, max_bytes=MOST_BYTES)
    except http.Unreachable as refusal:
        raise Invalid(str(refusal), field="address") from refusal
    if answer.status_code != 200:
        sentence = _("It answered with %(code)d.") % {"code": answer.status_code}
        raise Invalid(sentence, field="address")
    return _decoded(answer.content, field="address")


def _decoded(body: bytes, *, field: str) -> str:
    if len(body) > MOST_BYTES:
        raise Invalid(_("It is too large."), field=field)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(_("This is no calendar as RFC 5545 has it."), field=field) from None


def _page(
    request: HttpRequest,
    *,
    given: dict[str, str],
    lines: Any = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    field = refusal.field if refusal and refusal.field in NAMES else None
    wrong = {field: str(refusal)} if field else {}
    words = {
        ADDED: _("new"),
        CHANGED: _("changed"),
        UNCHANGED: _("as it is"),
        ENDED: _("in use no more"),
        LEFT_OUT: _("left out"),
    }
    page = {
        "desk": desk,
        "fields": shown(TAKEN_IN, user=person_of(request), given=given, wrong=wrong),
        "wrong": str(refusal) if refusal and not field else "",
        "lines": [(each, words[each.outcome]) for each in lines[:500]] if lines else [],
        "is_looked_at": lines is not None,
        "may_write": bool(lines) and any(each.outcome != LEFT_OUT for each in lines),
    }
    return render(request, "changes/import.html", page, status=status_of(refusal))
