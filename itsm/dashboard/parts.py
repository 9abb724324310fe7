"""Pages made of parts: a live screen asks again for those that changed, and is given no others."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from itsm.core.news import horizon
from itsm.people.models import User

Fill = Callable[[User], Mapping[str, Any]]
NAV = "nav"


def page_of_parts(
    request: HttpRequest, template: str, *, user: User, parts: Mapping[str, Fill], **more: Any
) -> HttpResponse:
    """The page, or only its parts named by ``X-Parts``; each is a template of its name."""
    # Read first, so that the live line tells what commits while the rest is read.
    cursor = horizon()
    asked = request.headers.get("X-Parts")
    wanted = list(parts) if asked is None else [each for each in parts if each in asked.split()]
    shown = {"cursor": cursor, **more, **_filled(user, parts, wanted)}
    if asked is None:
        return render(request, template, shown)
    names = [f"dashboard/parts/{each}.html" for each in wanted]
    has_nav = NAV in asked.split()
    return render(request, "dashboard/parts.html", {**shown, "names": names, "has_nav": has_nav})


def _filled(user: User, parts: Mapping[str, Fill], wanted: Iterable[str]) -> dict[str, Any]:
    return {key: value for name in wanted for key, value in parts[name](user).items()}
