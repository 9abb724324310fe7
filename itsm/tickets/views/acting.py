"""Doing something to a ticket: its transitions, watching, linking and pinning."""

from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid, NotAllowed, NotFound, Refused, Stale
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.people.selectors import user_called
from itsm.tickets import actions
from itsm.tickets.desks import Desk
from itsm.tickets.fields import TicketNumber, cleaned
from itsm.tickets.forms import shown
from itsm.tickets.models import Link, Ticket
from itsm.tickets.selectors import links_of, next_for, ticket_for, words_said
from itsm.tickets.triage import Step, way_back
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
    given = typed(request, [each.name for each in transition.fields])
    try:
        after = transition.perform_with(
            ticket, actor=user, given=given, version=version_of(request)
        )
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        return _ask(request, ticket, transition, given=given, refusal=refusal)
    if request.POST.get("next"):
        return _next(request, desk, ticket)
    answer = done(request, desk, number)
    if request.headers.get("X-Dialog"):
        back = way_back(user, desk=desk, before=ticket, after=after, step=Step(verb, given))
        # What was done is seen; only what can be taken back is said as well.
        if back:
            answer["X-Said"] = quote(_("%(number)s changed.") % {"number": after.number})
            answer["X-Undo"] = back
    return answer


def _next(request: HttpRequest, desk: Desk, ticket: Ticket) -> HttpResponse:
    """On to what waits for this person next; to the queue when nothing does."""
    following = next_for(person_of(request), desk.model, after=ticket)
    address = desk.address_of(following.number) if following else f"{desk.address}?assignee=me"
    messages.success(request, _("%(number)s is done.") % {"number": ticket.number})
    return go(request, address)


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
        "is_ending": workflows[ticket.kind].ends(transition),
    }
    return render(request, "tickets/act.html", page, status=status_of(refusal))


def status_of(refusal: Refused | None) -> int:
    if refusal is None:
        return 200
    return 422 if isinstance(refusal, Invalid) else 409


def _proposed(request: HttpRequest, ticket: Ticket, transition: Transition) -> Typed:
    """What a form starts with: what the record says already, who has it, or what was just said."""
    if said := whole(request.GET.get("said", "")):
        return {"notes": words_said(person_of(request), ticket, said)}
    if transition.verb != "assign":
        known = {each.name: getattr(ticket, each.also, None) for each in transition.fields}
        return {name: str(value) for name, value in known.items() if value}
    return {
        "team": ticket.team.slug if ticket.team else "",
        "assignee": ticket.assignee.username if ticket.assignee else "",
    }


@staff_only
@require_POST
def watch(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """Let somebody, oneself unless named, hear of a ticket, or hear of it no more."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    named = (request.POST.get("user") or request.POST.get("unwatch") or user.username).strip()
    try:
        watcher = user_called(named.replace("\x00", ""))
        if request.POST.get("watch") == "1":
            actions.watch(ticket=ticket, user=watcher, actor=user)
        else:
            actions.unwatch(ticket=ticket, user=watcher, actor=user)
    except NotFound:
        messages.error(request, _("Nobody has the user name %(name)s.") % {"name": named})
    return done(request, desk, number)


def _unlink(ticket: Ticket, user: User, link_id: int) -> None:
    for each in links_of(user, ticket):
        if each.pk == link_id:
            actions.unlink(ticket=ticket, link=each, actor=user)


LINKED = (TicketNumber(name="other", required=True),)


@staff_only
@require_POST
def link(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """Say how a ticket stands to another, or that it does no more."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    try:
        if unlinked := whole(request.POST.get("unlink", "")):
            _unlink(ticket, user, unlinked)
            return done(request, desk, number)
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
    return done(request, desk, number)


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
    return done(request, desk, number)


def done(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Back to the record, by a redirect or as a dialog is told."""
    return go(request, desk.address_of(number.upper()))


def go(request: HttpRequest, address: str) -> HttpResponse:
    """On to an address, by a redirect or as a dialog is told."""
    if request.headers.get("X-Dialog"):
        return HttpResponse(headers={"X-Go": address})
    return redirect(address)


def typed(request: HttpRequest, names: list[str]) -> Typed:
    return {name: request.POST.get(name, "") for name in names}


def version_of(request: HttpRequest) -> int | None:
    version = whole(request.POST.get("version", ""))
    return version if 0 < version < 2**31 else None
