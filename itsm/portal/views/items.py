"""One's own items: how they stand, what was said, and what one can do."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from incidents.models import Incident
from incidents.outages import followed_outages
from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.core.news import horizon
from itsm.people.access import person_of, signed_in
from itsm.people.models import User
from itsm.portal import selectors
from itsm.portal.order_words import OWN_VERBS as OF_REQUESTS
from itsm.portal.views.orders import show_request
from itsm.portal.wording import FACES, SHOWN, stages_of, worded, words_of
from itsm.tickets.actions import comment, may_change_rating
from itsm.tickets.actions import rate as rate_solution
from itsm.tickets.permissions import may_rate
from itsm.tickets.selectors import Moment, rating_of, timeline
from itsm.tickets.visits import visited
from itsm.tickets.workflow import workflows
from problems.known_errors import advice_on, said_by
from requests.models import ServiceRequest

OWN_VERBS = ("reopen", "close", "cancel")
LONGEST_SEARCH = 200


@signed_in
def items(request: HttpRequest) -> HttpResponse:
    """One's own items, newest first, and the outages one follows."""
    user = person_of(request)
    show = request.GET.get("show", "open")
    show = show if show in dict(SHOWN) else "open"
    text = request.GET.get("q", "").replace("\x00", "")[:LONGEST_SEARCH]
    page = selectors.item_page(
        user,
        show=show,
        text=text,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    rows: list[Any] = list(page.rows)
    followed = followed_outages(user) if not text else []
    shown = {
        "cursor": horizon(),
        "waiting": worded(each for each in rows if selectors.waits_for_caller(each)),
        "items": worded(each for each in rows if not selectors.waits_for_caller(each)),
        "outages": [each for each in followed if show == "all" or each.is_over == (show != "open")],
        "page": page,
        "show": show,
        "tabs": SHOWN,
        "text": text,
    }
    return render(request, "portal/items.html", shown)


@signed_in
def item(request: HttpRequest, number: str) -> HttpResponse:
    """One item: how it stands, what was said, and room to answer."""
    user = person_of(request)
    found = selectors.item_for(user, number)
    visited(user, found)
    return _item(request, found)


def _item(request: HttpRequest, incident: Incident | ServiceRequest, **more: Any) -> HttpResponse:
    if isinstance(incident, ServiceRequest):
        return show_request(request, incident, **more)
    user = person_of(request)
    # An end user's eyes, whoever looks: staff see their notes in the workspace.
    told = [each for each in timeline(user, incident, size=100) if each.event.public]
    verbs = {each.verb for each in workflows["incident"].available(incident, user)}
    rating = rating_of(incident)
    shown = {
        "cursor": horizon(),
        "ticket": incident,
        "words": words_of(incident),
        "stages": stages_of(incident),
        "told": told,
        "asked": _asked(incident, told),
        **_advice(user, incident),
        "files": incident.attachments.filter(public=True, comment=None),
        "verbs": verbs & set(OWN_VERBS),
        "rating": rating,
        "said_rating": rating.comment if rating else "",
        "faces": FACES,
        "may_rate": incident.resolved_at is not None
        and may_rate(user, incident)
        and (rating is None or may_change_rating(rating)),
        **more,
    }
    return render(request, "portal/item.html", shown, status=422 if more else 200)


def _advice(user: User, incident: Incident) -> dict[str, Any]:
    """What may help meanwhile, and what the person has said of it."""
    advice = advice_on(user, incident) if incident.is_open() else None
    return {"advice": advice, "said": advice and said_by(user, incident, advice.number)}


def _asked(incident: Incident, told: list[Moment]) -> str:
    """What we need to know from the caller, if we wait for it."""
    if not selectors.waits_for_caller(incident):
        return ""
    said = [each.comment.body for each in told if each.comment and each.comment.author.is_staffer]
    return said[-1] if said else ""


@signed_in
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """Add to an item; who comes by a link, as after signing in, is sent to the item."""
    if request.method != "POST":
        return redirect("portal-item", number=number)
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
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """Say how the solution was."""
    if request.method != "POST":
        return redirect("portal-item", number=number)
    user = person_of(request)
    incident = selectors.item_for(user, number)
    score, words = request.POST.get("score", ""), request.POST.get("comment", "")
    chosen = int(score) if score.isascii() and score.isdigit() and len(score) == 1 else 0
    try:
        rate_solution(ticket=incident, actor=user, score=chosen, comment=words)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _item(request, incident, wrong_rating=str(refusal), said_rating=words)
    messages.success(request, _("Thank you for telling us."))
    return redirect("portal-item", number=incident.number)


@signed_in
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Reopen what is not solved, close what is, withdraw what is no more."""
    if request.method != "POST":
        return redirect("portal-item", number=number)
    user = person_of(request)
    incident = selectors.item_for(user, number)
    is_request = isinstance(incident, ServiceRequest)
    if verb not in (OF_REQUESTS if is_request else OWN_VERBS):
        raise NotFound("There is no such page.")
    body = request.POST.get("body", "")
    withdrawn = {"reason": body} if is_request else {"reason": "withdrawn", "comment": body}
    given = {"reopen": {"comment": body}, "cancel": withdrawn}
    transition = workflows[incident.kind].transitions[verb]
    try:
        transition.perform_with(incident, actor=user, given=given.get(verb, {}))
    except (NotAllowed, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("portal-item", number=incident.number)
