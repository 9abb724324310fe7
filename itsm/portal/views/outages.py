"""What everybody may know of an outage, and saying "me too"."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from incidents import actions
from incidents.outages import incident_of_outage, outage_for, updates_of
from itsm.people.access import person_of, signed_in
from itsm.portal.wording import stages_of_outage

BACK = {"home": "portal"}


@signed_in
def outage(request: HttpRequest, number: str) -> HttpResponse:
    """An outage as everybody may know of it."""
    found = outage_for(person_of(request), number)
    shown = {
        "outage": found,
        "stages": stages_of_outage(found),
        "updates": updates_of(found),
    }
    return render(request, "portal/outage.html", shown)


@signed_in
def me_too(request: HttpRequest, number: str) -> HttpResponse:
    """Say that one is affected too, or take it back."""
    if request.method != "POST":
        return redirect("portal-outage", number=number)
    user = person_of(request)
    incident = incident_of_outage(user, number)
    if request.POST.get("undo") == "1":
        actions.leave_outage(incident=incident, actor=user)
        messages.success(request, _("All right, we took you off the list."))
    else:
        actions.join_outage(incident=incident, actor=user)
        messages.success(request, _("Thank you, we counted you. You find it under My items."))
    back = BACK.get(request.POST.get("back", ""))
    return redirect(back) if back else redirect("portal-outage", number=number)
