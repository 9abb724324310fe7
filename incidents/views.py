"""The pages of incidents that no other kind of ticket has."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents import actions
from incidents.actions.opening import Report
from incidents.desk import desk
from incidents.forms import REPORT
from incidents.models import Incident
from incidents.selectors import alerts_of, incident_for
from itsm.core.errors import NotFound
from itsm.monitoring.actions import acknowledge
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.models import Channel
from itsm.tickets.views.opening import Opening, refusals_told

USUAL = {"impact": "2", "urgency": "2"}


def _open(values: dict[str, Any], user: User) -> Incident:
    source = Channel.PHONE if values["caller"] else Channel.SELF_DETECTED
    return actions.open_incident(report=Report(**values, source=source), actor=user)


_opening = Opening(
    desk=desk,
    needs="tickets.work",
    fields=REPORT,
    usual=USUAL,
    page="incidents/new.html",
    perform=_open,
)


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Open an incident that somebody called about, or that was noticed."""
    return _opening(request)


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
    with refusals_told(request):
        acknowledge(alert=alert, actor=user)
    return redirect(desk.address_of(incident.number))
