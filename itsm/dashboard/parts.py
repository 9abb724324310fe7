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
    wanted = parts_wanted(request, parts)
    shown = {"cursor": cursor, **more, **_filled(user, parts, wanted)}
    if asked is None:
        return render(request, template, shown)
    names = [f"dashboard/parts/{each}.html" for each in wanted]
    has_nav = NAV in asked.split()
    return render(request, "dashboard/parts.html", {**shown, "names": names, "has_nav": has_nav})


def parts_wanted(request: HttpRequest, parts: Iterable[str]) -> list[str]:
    """Those of the parts that are asked for: all of them for the page as a whole."""
    asked = request.headers.get("X-Parts")
    return [each for each in parts if asked is None or each in asked.split()]


def _filled(user: User, parts: Mapping[str, Fill], wanted: Iterable[str]) -> dict[str, Any]:
    return {key: value for name in wanted for key, value in parts[name](user).items()}
