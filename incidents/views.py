"""The pages of incidents that no other kind of ticket has."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents import actions
from incidents.actions.opening import Report
from incidents.desk import desk
from incidents.forms import REPORT
from incidents.selectors import alerts_of, incident_for
from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.monitoring.actions import acknowledge
from itsm.people.access import person_of, staff_only
from itsm.tickets.fields import cleaned
from itsm.tickets.forms import shown
from itsm.tickets.models import Channel

USUAL = {"impact": "2", "urgency": "2"}


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Open an incident that somebody called about, or that was noticed."""
    user = person_of(request)
    if not user.has_perm("tickets.work"):
        raise NotAllowed(_("You may read only."))
    if request.method != "POST":
        return _form(request, given=USUAL)
    given = {each.name: request.POST.get(each.name, "") for each in REPORT}
    try:
        values = cleaned(REPORT, given)
        source = Channel.PHONE if values["caller"] else Channel.SELF_DETECTED
        report = Report(**values, source=source)
        incident = actions.open_incident(report=report, actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, given=given, refusal=refusal)
    address = desk.address_of(incident.number)
    if request.headers.get("X-Dialog"):
        return HttpResponse(headers={"X-Go": address})
    return redirect(address)


@staff_only
@require_POST
def acknowledge_alert(request: HttpRequest, number: str) -> HttpResponse:
    """Say of one of its alerts that somebody is on it."""
    user = person_of(request)
    incident = incident_for(user, number)
    alert = next(
        (
            each
            for each in alerts_of(user, incident)
            if str(each.pk) == request.POST.get("alert", "")
        ),
        None,
    )
    if alert is None:
        raise NotFound(_("There is no such alert."))
    try:
        acknowledge(alert=alert, actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(desk.address_of(incident.number))


def _form(
    request: HttpRequest, *, given: dict[str, str], refusal: Refused | None = None
) -> HttpResponse:
    wrong = {refusal.field: str(refusal)} if refusal and refusal.field else {}
    page = {
        "desk": desk,
        "fields": shown(REPORT, user=person_of(request), given=given, wrong=wrong),
        "wrong": str(refusal) if refusal and not refusal.field else "",
    }
    return render(request, "incidents/new.html", page, status=422 if refusal else 200)
