"""One service request as whoever ordered it sees it: its stages, and what one can do."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.core.news import horizon
from itsm.people.access import person_of, signed_in
from itsm.portal.order_words import OWN_VERBS, words_of_request
from itsm.portal.orders import stages_of_request
from itsm.portal.selectors import item_for
from itsm.portal.wording import FACES
from itsm.tickets.actions import may_change_rating
from itsm.tickets.permissions import is_own, may_rate
from itsm.tickets.selectors import rating_of, timeline
from requests import actions, selectors
from requests.forms import answers_in, asked_of
from requests.models import ServiceRequest
from requests.questions import in_words
from requests.workflow import workflow


def show_request(
    request: HttpRequest, service_request: ServiceRequest, **more: Any
) -> HttpResponse:
    """The page of a request."""
    user = person_of(request)
    verbs = {each.verb for each in workflow.available(service_request, user)}
    rating = rating_of(service_request)
    beside = []
    if service_request.order is not None:
        found = selectors.requests_of(service_request.order, user)
        beside = [
            (each, words_of_request(each.state, each.undoing))
            for each in found.exclude(pk=service_request.pk)
        ]
    questions = service_request.version_of_item.questions
    shown = {
        "cursor": horizon(),
        "ticket": service_request,
        "words": words_of_request(service_request.state, service_request.undoing),
        "stages": stages_of_request(service_request),
        "answers": in_words(questions, service_request.answers),
        "told": [each for each in timeline(user, service_request, size=100) if each.event.public],
        "files": service_request.attachments.filter(public=True, comment=None),
        "verbs": verbs & set(OWN_VERBS),
        "may_change": "revise" in verbs or service_request.state == "draft",
        "beside": beside,
        "rating": rating,
        "said_rating": rating.comment if rating else "",
        "faces": FACES,
        "may_rate": service_request.resolved_at is not None
        and may_rate(user, service_request)
        and (rating is None or may_change_rating(rating)),
        **more,
    }
    return render(request, "portal/request.html", shown, status=422 if more else 200)


@signed_in
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Answer anew what was asked, and send it off again."""
    user = person_of(request)
    found = item_for(user, number)
    if not isinstance(found, ServiceRequest) or not is_own(user, found):
        raise NotFound("There is no such page.")
    questions = found.version_of_item.questions
    if request.method != "POST":
        return _form(request, found, answers=found.answers)
    answers = answers_in(request.POST, questions, prefix=found.item.slug)
    try:
        actions.order_again(service_request=found, answers=answers, actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, found, answers=answers, refusal=refusal)
    return redirect("portal-item", number=found.number)


def _form(
    request: HttpRequest,
    service_request: ServiceRequest,
    *,
    answers: dict[str, Any],
    refusal: Refused | None = None,
) -> HttpResponse:
    slug = service_request.item.slug
    faults = getattr(refusal, "errors", {})
    questions = service_request.version_of_item.questions
    offers = selectors.names_to_offer(person_of(request), questions)
    asked = asked_of(questions, prefix=slug, answers=answers, wrong=faults, offers=offers)
    shown = {
        "ticket": service_request,
        "asked": asked,
        "wrong": _("Some answers need another look.") if faults else str(refusal or ""),
    }
    return render(request, "portal/change.html", shown, status=422 if refusal else 200)
