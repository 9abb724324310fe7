"""Who somebody is, to colleagues."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from itsm.core.news import horizon
from itsm.dashboard.selectors import person as selectors
from itsm.people.access import person_of, staff_only
from itsm.people.selectors import user_named


@staff_only
def person(request: HttpRequest, username: str) -> HttpResponse:
    """Somebody's teams, open work and reports."""
    user, cursor = person_of(request), horizon()
    who = user_named(username.replace("\x00", ""))
    shown = {
        "cursor": cursor,
        "who": who,
        "places": selectors.places_of(who),
        "work": selectors.open_work_of(user, who) if who.is_staffer else [],
        "reports": selectors.reported_by(user, who),
    }
    return render(request, "dashboard/person.html", shown)
