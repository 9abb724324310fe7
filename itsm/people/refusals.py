"""What is said where there is nothing, or nothing for whoever asks: in the frame of his work."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from itsm.people.access import frame_of
from itsm.people.models import User


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer where there is nothing, in ``urls.handler404``."""
    return HttpResponse(_page(request, "404.html"), status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to who may not do something, in ``urls.handler403``."""
    return HttpResponse(_page(request, "403.html"), status=403)


def _page(request: HttpRequest, template: str) -> str:
    try:
        return render_to_string(template, {"frame": _frame(request)}, request)
    except DatabaseError:
        # Without the context of a request, which would ask the database who is signed in.
        return render_to_string(template, {"request": request})


def _frame(request: HttpRequest) -> str:
    """The screens somebody works in; nothing for programs, scripts, and people we do not know."""
    user = getattr(request, "user", None)
    is_for_eyes = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    return frame_of(user) if is_for_eyes and isinstance(user, User) else ""
