"""The frame around the pages of one's own account: the workspace's or the portal's."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from itsm.people.access import person_of


def account_page(
    request: HttpRequest, name: str, shown: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page of this name, in the frame this person works in."""
    frame = "base.html" if person_of(request).is_staffer else "portal/base.html"
    context = {**shown, "frame": frame, "tab": name}
    response = render(request, f"people/account/{name}.html", context, status=status)
    # What is shown here, such as recovery codes, must not come back with the Back button.
    response.headers["Cache-Control"] = "private, no-store"
    return response
