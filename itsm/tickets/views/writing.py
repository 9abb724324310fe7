"""While somebody writes: drafts and their files, who else is there, and what may be completed."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid, Refused
from itsm.people.access import person_of, staff_only
from itsm.tickets import actions
from itsm.tickets.desks import Desk
from itsm.tickets.mentions import mentionable
from itsm.tickets.models import Ticket
from itsm.tickets.presence import announce, note_presence
from itsm.tickets.replies import offered
from itsm.tickets.selectors import ticket_for
from itsm.tickets.views.page import company


@staff_only
@require_POST
def draft(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """Keep what is written so far."""
    ticket = ticket_for(person_of(request), number, desk.model)
    try:
        _keep(request, ticket)
    except Invalid as refusal:
        return _wrong(refusal)
    announce(ticket)
    return HttpResponse(status=204)


def _keep(request: HttpRequest, ticket: Ticket) -> None:
    actions.keep_draft(
        ticket=ticket,
        author=person_of(request),
        body=request.POST.get("body", ""),
        public=request.POST.get("public", "1") == "1",
    )


@staff_only
@require_POST
def add_files(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """Keep files that were dropped or pasted until the reply is sent."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    try:
        files = request.FILES.getlist("files")
        actions.attach_to_draft(ticket=ticket, author=user, files=files)
    except Invalid as refusal:
        return _wrong(refusal)
    return _drafted(request, ticket)


@staff_only
@require_POST
def remove_file(request: HttpRequest, number: str, file_id: int, *, desk: Desk) -> HttpResponse:
    """Take a file away from one's draft; what is typed beside it is kept."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    actions.detach_from_draft(ticket=ticket, author=user, attachment_id=file_id)
    if request.headers.get("X-Live"):
        return _drafted(request, ticket)
    try:
        _keep(request, ticket)
    except Invalid as refusal:
        return _wrong(refusal)
    return redirect(f"{desk.address_of(ticket.number)}#reply")


def _drafted(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    shown = {"ticket": ticket, **company(person_of(request), ticket)}
    return render(request, "tickets/_drafted.html", shown)


def _wrong(refusal: Refused) -> JsonResponse:
    return JsonResponse({"wrong": str(refusal)}, status=422)


@staff_only
def presence(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """Who else is at a ticket and what they write; a POST says that one is there oneself."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    if request.method == "POST":
        note_presence(ticket, user, state=request.POST.get("state", "viewing")[:20])
    return render(request, "tickets/_company.html", {"ticket": ticket, **company(user, ticket)})


@staff_only
def offers(request: HttpRequest, number: str, *, desk: Desk) -> JsonResponse:
    """What a word begun in the composer may become: a person who may see it, or a template."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    text = request.GET.get("q", "").replace("\x00", "")[:80]
    if request.GET.get("what") == "people":
        options = [
            {"value": f"@{each.username} ", "label": str(each), "hint": f"@{each.username}"}
            for each in mentionable(ticket, text)
        ]
    elif request.GET.get("what") == "replies":
        options = [
            {"value": body, "label": each.name, "hint": " ".join(body.split())[:90]}
            for each, body in offered(user, ticket, text)
        ]
        keep = {"label": _("Templates…"), "hint": _("write and change them")}
        options.append({"value": "", "href": reverse("replies"), **keep})
    else:
        raise Http404
    return JsonResponse({"options": options})
