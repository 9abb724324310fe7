"""The staff's first page, and the alerts that are on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from itsm.core.news import horizon
from itsm.dashboard import selectors
from itsm.dashboard.wording import worded
from itsm.people.access import person_of, signed_in, staff_only

MOST_ALERTS = 100


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What is to be done now; end users are shown to the portal."""
    user = person_of(request)
    if not user.is_staffer:
        return redirect("portal")
    shown = {
        # Read first, so that the live line tells what commits while the rest is read.
        "cursor": horizon(),
        "numbers": selectors.numbers_for(user),
        "waiting": selectors.waiting_for(user),
        "team": selectors.of_my_teams(user),
        "newest": selectors.newest_open(user),
        "alerts": selectors.firing_alerts(user),
        "health": selectors.service_health(user),
        "news": worded(selectors.just_happened(user)),
    }
    return render(request, "dashboard/home.html", shown)


@staff_only
def alerts(request: HttpRequest) -> HttpResponse:
    """The alerts that are on."""
    user = person_of(request)
    shown = {"cursor": horizon(), "alerts": selectors.firing_alerts(user, most=MOST_ALERTS)}
    return render(request, "dashboard/alerts.html", shown)
