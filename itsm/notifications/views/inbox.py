"""The inbox: what one was told, by record."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from itsm.core.errors import NotFound
from itsm.core.news import horizon
from itsm.notifications import actions, selectors
from itsm.people.access import frame_of, person_of, signed_in

LARGEST_KEY = 2**63 - 1


@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """What is new first, each record once."""
    user = person_of(request)
    only_unread = request.GET.get("show") == "unread"
    read_at = _instant(request.GET.get("read", ""))
    shown = {
        "frame": frame_of(user),
        "cursor": horizon(),
        "page": selectors.inbox_page(
            user, after=request.GET.get("after", ""), only_unread=only_unread
        ),
        "unread": selectors.unread_count(user),
        "only_unread": only_unread,
        "is_first": "after" not in request.GET,
        "read_at": read_at,
    }
    return render(request, "notifications/inbox.html", shown)


@signed_in
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, for pages on which it has rung."""
    return render(request, "notifications/bell.html")


@signed_in
def go(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Open the record of an entry, which thereby is read."""
    user = person_of(request)
    entry = selectors.entry_of(user, _key(entry_id))
    if entry is None:
        raise NotFound("There is no such entry.")
    actions.mark_read(user=user, entry_id=entry.pk)
    return redirect(selectors.address_of_entry(user, entry) or "inbox")


@signed_in
@require_POST
def read(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take an entry off the new ones."""
    actions.mark_read(user=person_of(request), entry_id=_key(entry_id))
    return redirect("inbox")


@signed_in
@require_POST
def unread(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Keep an entry among the new ones."""
    actions.mark_unread(user=person_of(request), entry_id=_key(entry_id))
    return redirect("inbox")


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Take everything off the new ones; the next page offers to take that back."""
    read_at, count = actions.mark_all_read(user=person_of(request))
    query = f"?{urlencode({'read': read_at.isoformat()})}" if count else ""
    return redirect(f"{reverse('inbox')}{query}")


@signed_in
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Undo what was read at one instant."""
    instant = _instant(request.POST.get("read", ""))
    if instant is not None:
        actions.take_back(user=person_of(request), instant=instant)
    return redirect("inbox")


def _key(number: int) -> int:
    if number > LARGEST_KEY:
        raise NotFound("There is no such entry.")
    return number


def _instant(text: str) -> datetime | None:
    try:
        instant = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return instant if instant is not None and instant.tzinfo is not None else None
