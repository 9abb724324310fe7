"""The page of one ticket, the same for every kind."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _l

from itsm.core.news import horizon
from itsm.people.access import person_of, signed_in, staff_only
from itsm.people.models import User
from itsm.tickets.actions.attachments import MOST_BYTES
from itsm.tickets.belongings import OWN, belongings_of
from itsm.tickets.days import days_of
from itsm.tickets.desks import Desk
from itsm.tickets.entries import entries
from itsm.tickets.models import Attachment, Ticket
from itsm.tickets.panels import panels_of, rows_behind
from itsm.tickets.permissions import may_work
from itsm.tickets.presence import present_at
from itsm.tickets.selectors import (
    attachments_of,
    drafts_of,
    last_event_id,
    pinned_moments,
    ticket_for,
    timeline,
    watchers_of,
)
from itsm.tickets.visits import visited
from itsm.tickets.workflow import Transition, workflows

SIZE = 50
MOST_PRINTED = 5000
BEING_WRITTEN = timedelta(minutes=30)
FILTERS = {
    "all": _l("All"),
    "public": _l("Public"),
    "notes": _l("Notes"),
    "changes": _l("Changes"),
}
# The verbs people reach for most, by key; the first that is open is the page's main button.
KEYS = {"resolve": "e", "hold": "h"}
FIRST = ("acknowledge", "start", "resume", "resolve", "close")
ORDER = (*FIRST, "assign", "hold", "reopen")
LAST = "cancel"


@signed_in
def show(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """A ticket with all that is known of it; end users are sent to their own page of it."""
    user = person_of(request)
    if not user.is_staffer:
        return redirect("portal-item", number=number)
    return _show(request, number, desk=desk)


@staff_only
def show_earlier(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """The moments before one, for a timeline that is being unrolled."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    return render(request, "tickets/_moments.html", told(request, user, ticket))


def _show(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    cursor = horizon()
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    if request.GET.get("print"):
        return render(request, "tickets/print.html", printed(user, ticket))
    visited(user, ticket)
    return render(request, "tickets/page.html", content(request, user, ticket, desk, cursor=cursor))


def content(
    request: HttpRequest, user: User, ticket: Ticket, desk: Desk, **more: Any
) -> dict[str, Any]:
    """What the page of a ticket shows; ``more`` overrides, such as a reply held back."""
    verbs = sorted(_offered(ticket, user), key=_place)
    main = next((name for name in FIRST if name in {each.verb for each in verbs}), "")
    there = belongings_of(ticket, {**OWN, **rows_behind(ticket.kind)})
    watchers = [each.user for each in watchers_of(ticket)] if "watchers" in there else []
    files = list(attachments_of(user, ticket)) if "files" in there else []
    return {
        "desk": desk,
        "ticket": ticket,
        "verbs": [
            # What asks for nothing and can be taken back is done at once.
            (each, KEYS.get(each.verb, ""), each.verb == main, _is_quick(each, desk))
            for each in verbs
        ],
        "may_work": may_work(user, ticket),
        "ends": "resolve" if any(each.verb == "resolve" for each in verbs) else "",
        "files": files,
        "most_bytes": MOST_BYTES,
        "watchers": watchers,
        "is_watching": user in watchers,
        "panels": panels_of(user, ticket, there=there),
        "filters": FILTERS.items(),
        **told(request, user, ticket, files=files, has_pins="pins" in there),
        **company(user, ticket, has_drafts="drafts" in there),
        **more,
    }


def company(user: User, ticket: Ticket, *, has_drafts: bool = True) -> dict[str, Any]:
    """Who else is at a ticket, what they write, and what one has begun to write oneself."""
    drafts = list(drafts_of(ticket)) if has_drafts else []
    recent = timezone.now() - BEING_WRITTEN
    mine = next((each for each in drafts if each.author_id == user.pk), None)
    return {
        "present": present_at(user, [ticket.number]).get(ticket.number, []),
        "writing": [
            each for each in drafts if each is not mine and each.body and each.updated_at >= recent
        ],
        "draft": mine.body if mine else "",
        "is_public": mine.public if mine else True,
        "drafted": mine.attachments.all() if mine else (),
    }


def _offered(ticket: Ticket, user: User) -> list[Transition]:
    """What may be done now; taking work from people is done where they are shown."""
    verbs = workflows[ticket.kind].available(ticket, user)
    return [each for each in verbs if each.verb != "unassign"]


def _is_quick(transition: Transition, desk: Desk) -> bool:
    return not transition.fields and transition.verb in desk.back


def _place(transition: Transition) -> int:
    if transition.verb == LAST:
        return len(ORDER) + 1
    return ORDER.index(transition.verb) if transition.verb in ORDER else len(ORDER)


def told(
    request: HttpRequest,
    user: User,
    ticket: Ticket,
    *,
    files: Sequence[Attachment] | None = None,
    has_pins: bool = True,
) -> dict[str, Any]:
    """The timeline as filtered and paged by the address, and the key moments."""
    only = request.GET.get("show", "all")
    only = only if only in FILTERS else "all"
    before, wanted = whole(request.GET.get("before", "")), whole(request.GET.get("at", ""))
    moments = timeline(user, ticket, before=before, size=SIZE + 1, only=only, files=files)
    # The newest moment is the newest event that matters to a reply; nothing need be asked again.
    seen = moments[-1].event.pk if moments and only == "all" and not before else None
    is_past = bool(moments and wanted and wanted < moments[0].event.pk)
    if is_past:
        moments = timeline(user, ticket, before=wanted + 1, size=SIZE + 1, only=only, files=files)
    has_earlier, moments = len(moments) > SIZE, moments[-SIZE:]
    pins = pinned_moments(user, ticket, files=files) if has_pins else []
    pinned = {each.event.pk for each in pins}
    return {
        "ticket": ticket,
        "days": days_of(entries(user, ticket, moments, pinned=pinned)),
        "pins": entries(user, ticket, pins, pinned=pinned),
        "earlier": moments[0].event.pk if has_earlier else None,
        "is_past": is_past,
        "seen": last_event_id(ticket) if seen is None else seen,
        "only": only,
    }


def printed(user: User, ticket: Ticket) -> dict[str, Any]:
    """A ticket as it stands on paper: with its whole timeline, nothing folded."""
    moments, pins = timeline(user, ticket, size=MOST_PRINTED), pinned_moments(user, ticket)
    return {
        "ticket": ticket,
        "files": attachments_of(user, ticket),
        "watchers": [each.user for each in watchers_of(ticket)],
        "panels": panels_of(user, ticket),
        "days": days_of(entries(user, ticket, moments), fold=False),
        "pins": entries(user, ticket, pins),
        "now": timezone.now(),
    }


def whole(text: str) -> int:
    """A number as an address or a form holds it; 0 when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
