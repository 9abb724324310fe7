"""Every part of the screens in every state, for whoever builds one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from itsm.dashboard.specimens import PARTS, specimens
from itsm.people.access import staff_only


@staff_only
def show(request: HttpRequest) -> HttpResponse:
    """The parts, in the light and in the dark."""
    shown = {"parts": PARTS, "sides": [specimens("light"), specimens("dark")]}
    return render(request, "styleguide/page.html", shown)
