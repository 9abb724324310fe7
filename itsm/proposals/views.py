"""Taking what was proposed, and how good the proposals are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from itsm.people.access import person_of, staff_only
from itsm.proposals import actions
from itsm.proposals.selectors import quality
from itsm.tickets.desks import address_of, desks
from itsm.tickets.selectors import ticket_for
from itsm.tickets.views.opening import refusals_told


@staff_only
def show(request: HttpRequest) -> HttpResponse:
    """How often each field was proposed, taken and right."""
    return render(request, "proposals/quality.html", {"fields": quality()})


@staff_only
@require_POST
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Fill a field with what was proposed for it."""
    user = person_of(request)
    ticket = ticket_for(user, number, desks["incident"].model)
    with refusals_told(request):
        actions.take(ticket=ticket, field=request.POST.get("field", "")[:16], actor=user)
    return redirect(address_of(ticket))
