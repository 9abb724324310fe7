"""Saying what is wrong, in four answers of which one is needed."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from incidents import actions
from incidents.actions.opening import Report
from incidents.models import Incident
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.inventory.models import Service
from itsm.people.access import person_of, signed_in
from itsm.people.delegation import represented_by
from itsm.people.models import User
from itsm.portal import selectors
from itsm.portal.forms import REPORT
from itsm.portal.wording import HOW_BAD
from itsm.tickets.actions import attach
from itsm.tickets.fields import cleaned
from itsm.tickets.models import Channel
from itsm.tickets.suggestions import suggestions_for

NAMES = tuple(each.name for each in REPORT)
USUAL = {"urgency": "2"}
FROM_ADDRESS = ("title", "service", "caller")


@signed_in
def report(request: HttpRequest) -> HttpResponse:
    """Say what is wrong, for oneself or for somebody else; one sentence is enough."""
    user = person_of(request)
    if request.method != "POST":
        proposed = {name: request.GET.get(name, "")[:250] for name in FROM_ADDRESS}
        return _form(request, given={**USUAL, **proposed})
    given = {name: request.POST.get(name, "") for name in (*NAMES, "caller")}
    try:
        incident = _reported(request, user, given)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, given=given, refusal=refusal)
    messages.success(request, _("Thank you. We have it as %(n)s.") % {"n": incident.number})
    return redirect("portal-item", number=incident.number)


def _reported(request: HttpRequest, user: User, given: dict[str, str]) -> Incident:
    values = cleaned(REPORT, {name: given[name] for name in NAMES})
    said = Report(
        title=values["title"],
        description=values["details"],
        caller=_caller(user, given["caller"]),
        service=_service(user, values["service"]),
        urgency=int(values["urgency"]),
        source=Channel.PORTAL,
    )
    # Together, so that a file that is not welcome leaves no half report behind.
    with transaction.atomic():
        incident = actions.open_incident(report=said, actor=user)
        attach(ticket=incident, actor=user, files=request.FILES.getlist("files"))
    return incident


def _caller(user: User, chosen: str) -> User:
    """Whom the report is for: oneself, unless one of those one acts for was chosen."""
    if chosen in ("", str(user.pk)):
        return user
    people = {str(each.pk): each for each in represented_by(user)}
    if chosen not in people:
        raise Invalid(_("Choose yourself, or somebody who lets you report."), field="caller")
    return people[chosen]


def _service(user: User, service: Service | None) -> Service | None:
    """The service, if it is one this person may know of."""
    if service and not selectors.services_in_use(user).filter(pk=service.pk).exists():
        raise Invalid(_("Choose one of the list, or leave it open."), field="service")
    return service


def _form(
    request: HttpRequest, *, given: dict[str, str], refusal: Refused | None = None
) -> HttpResponse:
    user = person_of(request)
    shown = {
        "given": given,
        "wrong": str(refusal) if refusal else "",
        "wrong_field": refusal.field if refusal else "",
        "services": selectors.reportable_services(user),
        "people": represented_by(user),
        "how_bad": HOW_BAD,
        "groups": suggestions_for(user, given["title"]),
    }
    return render(request, "portal/report.html", shown, status=422 if refusal else 200)
