"""Replies and work notes, and the files of a ticket."""

from contextlib import suppress
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from itsm.core.errors import NotAllowed, NotFound, Refused, Stale
from itsm.core.news import horizon
from itsm.people.access import person_of, signed_in, staff_only
from itsm.tickets import actions
from itsm.tickets.desks import Desk
from itsm.tickets.entries import entries
from itsm.tickets.files import served
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import attachment_for, ticket_for, timeline
from itsm.tickets.views.page import content, whole


@staff_only
@require_POST
def say(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """Send a reply or keep a note; a reply that crossed another is held and shown beside it."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    body, public = request.POST.get("body", ""), request.POST.get("public", "1") == "1"
    seen = whole(request.POST.get("seen", ""))
    try:
        said = actions.comment(
            ticket=ticket,
            actor=user,
            body=body,
            public=public,
            files=request.FILES.getlist("files"),
            seen=seen if public else None,
            with_draft=True,
        )
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        with suppress(Refused):
            actions.keep_draft(ticket=ticket, author=user, body=body, public=public)
        held: dict[str, Any] = {"draft": body, "is_public": public, "wrong": str(refusal)}
        if isinstance(refusal, Stale):
            held["news"] = _news(request, ticket, seen=seen)
        shown = content(request, user, ticket, desk, cursor=horizon(), **held)
        return render(request, "tickets/page.html", shown, status=_status(refusal))
    if request.POST.get("then") == "resolve":
        return redirect(f"{desk.address_of(ticket.number)}do/resolve/?said={said.pk}")
    return redirect(f"{desk.address_of(ticket.number)}#latest")


def _status(refusal: Refused) -> int:
    return 409 if isinstance(refusal, Stale) else 422


def _news(request: HttpRequest, ticket: Ticket, *, seen: int) -> Any:
    user = person_of(request)
    moments = [
        each
        for each in timeline(user, ticket, size=20)
        if each.event.pk > seen and each.event.public and each.event.actor_id != user.pk
    ]
    return entries(user, ticket, moments)


@signed_in
def download(request: HttpRequest, name: str) -> FileResponse:
    """A file, to those who may see its ticket, never run or shown as a page of ours."""
    return served(attachment_for(person_of(request), f"attachments/{name}"))
