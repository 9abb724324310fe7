"""One's own items: how they stand, what was said, and what one can do."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents.models import Incident
from incidents.workflow import workflow
from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.core.news import horizon
from itsm.people.access import person_of, signed_in
from itsm.portal import selectors
from itsm.portal.wording import stages_of, worded, words_of
from itsm.tickets.actions import comment
from itsm.tickets.selectors import timeline
from itsm.tickets.visits import visited

OWN_VERBS = ("reopen", "close", "cancel")


@signed_in
def items(request: HttpRequest) -> HttpResponse:
    """All of one's own items, newest first."""
    page = selectors.item_page(
        person_of(request),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "portal/items.html", {"items": worded(page.rows), "page": page})


@signed_in
def item(request: HttpRequest, number: str) -> HttpResponse:
    """One item: how it stands, what was said, and room to answer."""
    user = person_of(request)
    incident = selectors.item_for(user, number)
    visited(user, incident)
    return _item(request, incident)


def _item(request: HttpRequest, incident: Incident, **more: Any) -> HttpResponse:
    user = person_of(request)
    # An end user's eyes, whoever looks: staff see their notes in the workspace.
    told = [each for each in timeline(user, incident) if each.event.public]
    verbs = {each.verb for each in workflow.available(incident, user)}
    shown = {
        "cursor": horizon(),
        "ticket": incident,
        "words": words_of(incident),
        "stages": stages_of(incident),
        "told": told,
        "files": incident.attachments.filter(public=True, comment=None),
        "verbs": verbs & set(OWN_VERBS),
        **more,
    }
    return render(request, "portal/item.html", shown, status=422 if more else 200)


@signed_in
@require_POST
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """Add to an item."""
    user = person_of(request)
    incident = selectors.item_for(user, number)
    body, files = request.POST.get("body", ""), request.FILES.getlist("files")
    try:
        comment(ticket=incident, actor=user, body=body, files=files)
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        return _item(request, incident, draft=body, wrong=str(refusal))
    messages.success(request, _("Sent."))
    return redirect("portal-item", number=incident.number)


@signed_in
@require_POST
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Reopen what is not solved, close what is, withdraw what is no more."""
    user = person_of(request)
    incident = selectors.item_for(user, number)
    if verb not in OWN_VERBS:
        raise NotFound("There is no such page.")
    given = {"reopen": {"comment": request.POST.get("body", "")}, "cancel": {"reason": "withdrawn"}}
    try:
        workflow.transitions[verb].perform_with(incident, actor=user, given=given.get(verb, {}))
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("portal-item", number=incident.number)
