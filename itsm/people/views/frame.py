"""The frame around the pages of one's own account: the workspace's or the portal's."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from itsm.people.access import frame_of, person_of
from itsm.people.models import User

# Pages that belong to the tab of another one.
TABS = {"codes": "security", "confirm": "security"}


def account_page(
    request: HttpRequest, name: str, shown: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page of this name, in the frame this person works in."""
    context = {**shown, "frame": frame_of(person_of(request)), "tab": TABS.get(name, name)}
    response = render(request, f"people/account/{name}.html", context, status=status)
    # What is shown here, such as recovery codes, must not come back with the Back button.
    response.headers["Cache-Control"] = "private, no-store"
    return response


def around(request: HttpRequest) -> dict[str, Any]:
    """What is around a page that is also shown to somebody who is not let in yet."""
    if not isinstance(request.user, User):
        return {"around": "people/alone.html", "tab": ""}
    return {
        "around": "people/account/frame.html",
        "frame": frame_of(request.user),
        "tab": "security",
    }
