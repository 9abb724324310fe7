"""Records like the one that is open, or like the one that is being written."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from itsm.inventory.selectors import visible_services
from itsm.people.access import person_of, staff_only
from itsm.tickets.beside import parts_beside
from itsm.tickets.desks import Desk
from itsm.tickets.selectors import ticket_for
from itsm.tickets.similar import similar_to, similar_to_text

LEAST = 4  # characters


@staff_only
def show(request: HttpRequest, number: str, *, desk: Desk) -> HttpResponse:
    """The records most like this one, with how they were resolved."""
    user = person_of(request)
    ticket = ticket_for(user, number, desk.model)
    part = "X-Live" in request.headers
    template = "tickets/_similar.html" if part else "tickets/similar.html"
    return render(request, template, {"ticket": ticket, "similar": similar_to(user, ticket)})


@staff_only
def show_typed(request: HttpRequest) -> HttpResponse:
    """The records that what is being typed may be a duplicate of."""
    user = person_of(request)
    given = {
        name: request.GET.get(name, "").replace("\x00", " ").strip()
        for name in ("title", "description", "service")
    }
    similar, beside = [], []
    if len(given["title"]) >= LEAST:
        service = visible_services(user).filter(name=given["service"]).first()
        found = similar_to_text(
            user, title=given["title"][:250], description=given["description"], service=service
        )
        similar = [each for each in found if each.is_likely_the_same]
        beside = parts_beside(user, given)
    return render(request, "tickets/_known.html", {"similar": similar, "beside": beside})
