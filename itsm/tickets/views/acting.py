"""Doing something to a ticket: its transitions, editing, watching and linking."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid, NotAllowed, NotFound, Refused, Stale
from itsm.people.access import person_of, staff_only
from itsm.tickets import actions
from itsm.tickets.desks import Desk
from itsm.tickets.entries import entries
from itsm.tickets.fields import TicketNumber, cleaned
from itsm.tickets.forms import EDITABLE, as_typed, shown
from itsm.tickets.models import Link, Ticket
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import last_event_id, ticket_for, timeline, words_said
from itsm.tickets.views.page import whole
from itsm.tickets.workflow import Transition, workflows

Typed = dict[str, str]


@staff_only
def act(request: HttpRequest, number: str, verb: str, *, desk: Desk) -> HttpResponse:
    """Ask for what a transition needs, and perform it."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    transition = workflows[desk.kind].transitions.get(verb)
    if transition is None or not transition.by_people:
        raise Http404
    if request.method != "POST":
        return _ask(request, ticket, transition, given=_proposed(request, ticket, transition))
    given = _typed(request, [each.name for each in transition.fields])
    try:
        transition.perform_with(ticket, actor=user, given=given, version=_version(request))
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        return _ask(request, ticket, transition, given=given, refusal=refusal)
    return _done(request, desk, number)


def _ask(
    request: HttpRequest,
    ticket: Ticket,
    transition: Transition,
    *,
    given: Typed,
    refusal: Refused | None = None,
) -> HttpResponse:
    user = person_of(request)
    names = {each.name for each in transition.fields}
    field = refusal.field if refusal and refusal.field in names else None
    page = {
        "ticket": ticket,
        "transition": transition,
        "fields": shown(
            transition.fields,
            user=user,
            given=given,
            wrong={field: str(refusal)} if field else {},
        ),
        "wrong": str(refusal) if refusal and not field else "",
        "is_stale": isinstance(refusal, Stale),
    }
    return render(request, "tickets/act.html", page, status=_status(refusal))


def _status(refusal: Refused | None) -> int:
    if refusal is None:
        return 200
    return 422 if isinstance(refusal, Invalid) else 409


def _proposed(request: HttpRequest, ticket: Ticket, transition: Transition) -> Typed:
    """What a form starts with: who has it now, or what was just said to the caller."""
    if said := whole(request.GET.get("said", "")):
        return {"notes": words_said(person_of(request), ticket, said)}
    if transition.verb != "assign":
        return {}
    return {
        "team": ticket.team.slug if ticket.team else "",
        "assignee": ticket.assignee.username if ticket.assignee else "",
    }


@staff_only
def edit(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """Change what a ticket says; if somebody else did meanwhile, show both and keep the draft."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    if not may_work(user, ticket):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": ticket.number})
    if request.method != "POST":
        return _editor(request, ticket, given=as_typed(ticket))
    given = _typed(request, [each.name for each in EDITABLE])
    try:
        changes = cleaned(EDITABLE, given)
        actions.edit(ticket=ticket, actor=user, changes=changes, expected_version=_version(request))
    except Stale:
        return _conflict(request, ticket, given=given)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _editor(request, ticket, given=given, refusal=refusal)
    return _done(request, desk, number)


def _editor(
    request: HttpRequest,
    ticket: Ticket,
    *,
    given: Typed,
    refusal: Refused | None = None,
    **more: Any,
) -> HttpResponse:
    field = refusal.field if refusal else None
    page = {
        "ticket": ticket,
        "fields": shown(
            EDITABLE,
            user=person_of(request),
            given=given,
            wrong={field: str(refusal)} if field else {},
        ),
        "wrong": str(refusal) if refusal and not field else "",
        "seen": last_event_id(ticket),
        **more,
    }
    return render(request, "tickets/edit.html", page, status=more.get("status", _status(refusal)))


def _conflict(request: HttpRequest, ticket: Ticket, *, given: Typed) -> HttpResponse:
    """Both versions side by side: what came meanwhile, and the draft ready to be sent again."""
    user = person_of(request)
    now = as_typed(ticket)
    differences = [
        (each.label, now[each.name], given[each.name])
        for each in EDITABLE
        if now[each.name].replace("\r\n", "\n") != given[each.name].replace("\r\n", "\n")
    ]
    seen = whole(request.POST.get("seen", ""))
    news = [each for each in timeline(user, ticket, size=20) if each.event.pk > seen]
    return _editor(
        request,
        ticket,
        given=given,
        status=409,
        differences=differences,
        news=entries(user, ticket, news),
    )


@staff_only
@require_POST
def watch(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """Hear of a ticket, or hear of it no more."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    if request.POST.get("watch") == "1":
        actions.watch(ticket=ticket, user=user, actor=user)
    else:
        actions.unwatch(ticket=ticket, user=user, actor=user)
    return _done(request, desk, number)


LINKED = (TicketNumber(name="other", required=True),)


@staff_only
@require_POST
def link(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """Say how a ticket stands to another."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    try:
        named = cleaned(LINKED, {"other": request.POST.get("other", "")})["other"]
        other = ticket_for(user, named)
        sort = request.POST.get("sort", Link.Sort.RELATES_TO)
        actions.link(ticket=ticket, other=other, sort=sort, actor=user)
    except NotFound:
        messages.error(request, _("There is no such record."))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _done(request, desk, number)


@staff_only
@require_POST
def pin(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """Put a moment among the key moments, or take it away from them."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    try:
        if unpinned := whole(request.POST.get("unpin", "")):
            actions.unpin(ticket=ticket, event_id=unpinned, actor=user)
        else:
            event_id = whole(request.POST.get("pin", ""))
            actions.pin(ticket=ticket, event_id=event_id, actor=user)
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _done(request, desk, number)


def _done(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    address = desk.address_of(number.upper())
    if request.headers.get("X-Dialog"):
        return HttpResponse(headers={"X-Go": address})
    return redirect(address)


def _typed(request: HttpRequest, names: list[str]) -> Typed:
    return {name: request.POST.get(name, "") for name in names}


def _version(request: HttpRequest) -> int | None:
    version = whole(request.POST.get("version", ""))
    return version if 0 < version < 2**31 else None
