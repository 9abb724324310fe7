"""Saying what is wrong, in four answers of which one is needed."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.core.errors import NotAllowed, Refused
from itsm.people.access import person_of, signed_in
from itsm.people.models import User
from itsm.portal import selectors
from itsm.portal.forms import REPORT
from itsm.portal.wording import HOW_BAD
from itsm.tickets.actions import attach
from itsm.tickets.fields import cleaned
from itsm.tickets.models import Channel
from itsm.tickets.suggestions import suggestions_for

USUAL = {"urgency": "2"}
FROM_ADDRESS = ("title", "service")


@signed_in
def report(request: HttpRequest) -> HttpResponse:
    """Say what is wrong; one sentence is enough."""
    user = person_of(request)
    if request.method != "POST":
        proposed = {name: request.GET.get(name, "")[:250] for name in FROM_ADDRESS}
        return _form(request, given={**USUAL, **proposed})
    given = {each.name: request.POST.get(each.name, "") for each in REPORT}
    try:
        incident = _reported(request, user, cleaned(REPORT, given))
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, given=given, refusal=refusal)
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


def _form(
    request: HttpRequest, *, given: dict[str, str], refusal: Refused | None = None
) -> HttpResponse:
    user = person_of(request)
    shown = {
        "given": given,
        "wrong": str(refusal) if refusal else "",
        "wrong_field": refusal.field if refusal else "",
        "services": selectors.reportable_services(user),
        "how_bad": HOW_BAD,
        "groups": suggestions_for(user, given["title"]),
    }
    return render(request, "portal/report.html", shown, status=422 if refusal else 200)
