"""How the services stand, in plain words."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from incidents.outages import known_outages
from itsm.inventory.actions import follow_service, unfollow_service
from itsm.inventory.maintenance import planned_maintenance
from itsm.inventory.selectors import service_for
from itsm.people.access import person_of, signed_in
from itsm.portal.selectors import services_in_use
from itsm.portal.standing import DAYS, standings


@signed_in
def status(request: HttpRequest) -> HttpResponse:
    """Every service with how it stands now and stood lately; what is known, and what is planned."""
    user = person_of(request)
    outages = known_outages(user)
    shown = {
        "outages": outages,
        "standings": standings(user, outages),
        "planned": planned_maintenance(services_in_use(user)),
        "days": DAYS,
    }
    return render(request, "portal/status.html", shown)


@signed_in
def follow(request: HttpRequest) -> HttpResponse:
    """Hear of a service's troubles, or hear of them no more."""
    if request.method != "POST":
        return redirect("portal-status")
    user = person_of(request)
    service = service_for(user, request.POST.get("service", "").replace("\x00", ""))
    if request.POST.get("undo") == "1":
        unfollow_service(service=service, actor=user)
        messages.success(request, _("You do not follow %(name)s any more.") % {"name": service})
    else:
        follow_service(service=service, actor=user)
        sentence = _("You follow %(name)s: we tell you when it has trouble.")
        messages.success(request, sentence % {"name": service})
    return redirect("portal-status")
