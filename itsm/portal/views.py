"""The end user's pages."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from incidents.workflow import workflow
from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.core.news import horizon
from itsm.people.access import person_of, signed_in
from itsm.people.models import User
from itsm.portal import selectors
from itsm.portal.forms import REPORT
from itsm.portal.wording import HOW_BAD, stages_of, words_of
from itsm.tickets.actions import attach, comment
from itsm.tickets.fields import cleaned
from itsm.tickets.models import Channel
from itsm.tickets.selectors import timeline
from itsm.tickets.visits import visited

OWN_VERBS = ("reopen", "close", "cancel")


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Search first, then report; below it how one's own items stand."""
    user = person_of(request)
    text = request.GET.get("q", "").replace("\x00", "")[:200]
    page = selectors.item_page(user)
    shown = {
        "cursor": horizon(),
        "text": text,
        "found": _items(selectors.found_items(user, text)) if text.strip() else None,
        "items": _items(page.rows[:6]),
        "outages": selectors.known_outages(),
    }
    return render(request, "portal/home.html", shown)


def _items(tickets: list[Any]) -> list[tuple[Any, Any]]:
    return [(each, words_of(each)) for each in tickets]


@signed_in
def items(request: HttpRequest) -> HttpResponse:
    """All of one's own items, newest first."""
    page = selectors.item_page(
        person_of(request),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "portal/items.html", {"items": _items(page.rows), "page": page})


@signed_in
def report(request: HttpRequest) -> HttpResponse:
    """Say what is wrong; one sentence is enough."""
    user = person_of(request)
    if request.method != "POST":
        return _report_form(request, given={"title": request.GET.get("title", ""), "urgency": "2"})
    given = {each.name: request.POST.get(each.name, "") for each in REPORT}
    try:
        incident = _reported(request, user, cleaned(REPORT, given))
    except NotAllowed:
        raise
    except Refused as refusal:
        return _report_form(request, given=given, refusal=refusal)
    messages.success(request, _("Thank you. We have it as %(n)s.") % {"n": incident.number})
    return redirect("portal-item", number=incident.number)


def _reported(request: HttpRequest, user: User, values: dict[str, Any]) -> Incident:
    said = Report(
        title=values["title"],
        description=values["details"],
        caller=user,
        service=values["service"],
        urgency=int(values["urgency"]),
        source=Channel.PORTAL,
    )
    # Together, so that a file that is not welcome leaves no half report behind.
    with transaction.atomic():
        incident = actions.open_incident(report=said, actor=user)
        attach(ticket=incident, actor=user, files=request.FILES.getlist("files"))
    return incident


def _report_form(
    request: HttpRequest, *, given: dict[str, str], refusal: Refused | None = None
) -> HttpResponse:
    shown = {
        "given": given,
        "wrong": str(refusal) if refusal else "",
        "wrong_field": refusal.field if refusal else "",
        "services": selectors.reportable_services(person_of(request)),
        "how_bad": HOW_BAD,
    }
    return render(request, "portal/report.html", shown, status=422 if refusal else 200)


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
