"""Who may open which pages: staff the workspace, everybody who is signed in the portal."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from itsm.core.errors import NotAllowed, NotFound
from itsm.people.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def person_of(request: HttpRequest) -> User:
    """Who is signed in; only for pages behind one of the doors below."""
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user


def frame_of(user: User) -> str:
    """The template of the screens this person works in."""
    return "base.html" if user.is_staffer else "portal/base.html"


def signed_in(view: View[P]) -> View[P]:
    """Open a page to everybody who is signed in."""

    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        try:
            return view(request, *args, **kwargs)
        except NotFound as missing:
            raise Http404 from missing
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal

    update_wrapper(door, view)
    return door


def staff_only(view: View[P]) -> View[P]:
    """Open a page to staff; for everybody else it does not exist."""

    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not person_of(request).is_staffer:
            raise Http404
        return view(request, *args, **kwargs)

    update_wrapper(door, view)
    return signed_in(door)


def missing_is_404(view: View[P]) -> View[P]:
    """For pages open to everybody: what is not there is answered as such."""

    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFound as missing:
            raise Http404 from missing

    update_wrapper(door, view)
    return door
