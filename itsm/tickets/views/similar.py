"""Records like the one that is open, fetched once its page stands."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from itsm.people.access import person_of, staff_only
from itsm.tickets.desks import Desk
from itsm.tickets.selectors import ticket_for
from itsm.tickets.similar import similar_to


@staff_only
def show(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """The records most like this one, with how they were resolved."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    part = "X-Live" in request.headers
    template = "tickets/_similar.html" if part else "tickets/similar.html"
    return render(request, template, {"ticket": ticket, "similar": similar_to(user, ticket)})
