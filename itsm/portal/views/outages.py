"""What everybody may know of an outage, and saying "me too"."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from incidents import actions
from incidents.outages import incident_of_outage, outage_for, updates_of
from incidents.selectors import incident_for
from itsm.core.errors import NotAllowed, Refused
from itsm.people.access import person_of, signed_in, staff_only
from itsm.portal.wording import stages_of_outage
from itsm.tickets.desks import address_of

BACK = {"home": "portal", "status": "portal-status"}


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


@staff_only
@require_POST
def tell(request: HttpRequest, number: str) -> HttpResponse:
    """Tell everybody how an outage stands."""
    user = person_of(request)
    incident = incident_for(user, number)
    try:
        actions.tell_everybody(incident=incident, actor=user, body=request.POST.get("body", ""))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Everybody reads it in the portal now."))
    return redirect(address_of(incident))
