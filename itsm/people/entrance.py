"""The last steps of every way in: the session, the record, the cookies, and where one goes."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from itsm.people import pending
from itsm.people.actions.sessions import note_sign_in, note_sign_out
from itsm.people.devices import is_known, remember_device
from itsm.people.models import User
from itsm.people.proof import note_proof
from itsm.people.selectors import factors_of
from itsm.people.themes import keep_theme

BACKEND = "django.contrib.auth.backends.ModelBackend"


def pass_on(request: HttpRequest, user: User, *, how: str, wanted: str) -> HttpResponse:
    """Let in whoever needs no second factor; lead the others to theirs, or to have one."""
    factors = factors_of(user)
    if not factors.count and not factors.are_needed:
        return let_in(request, user, how=how, wanted=wanted)
    pending.begin(request, user, how=how, wanted=wanted)
    return redirect("factor" if factors.count else "enrol")


def let_in(request: HttpRequest, user: User, *, how: str, wanted: str) -> HttpResponse:
    """Begin the session of somebody who has shown who they are."""
    # A browser that somebody else has used begins anew, and so does one with an older session.
    login(request, user, backend=BACKEND)
    note_proof(request)
    place = request.META.get("REMOTE_ADDR", "")
    note_sign_in(user=user, how=how, place=place, is_known=is_known(request, user))
    response = redirect(destination(request, user, wanted=wanted))
    remember_device(response, user=user)
    return keep_theme(response, theme=user.theme)


def let_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    if isinstance(request.user, User):
        note_sign_out(user=request.user)
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def destination(request: HttpRequest, user: User, *, wanted: str) -> str:
    """Where one wanted to go, if it is ours and open to one; else where one works."""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # Django's admin would send somebody it does not let in back to sign in, for ever.
    is_closed = wanted.startswith("/admin/") and not user.is_staff
    if wanted not in ("", "/") and is_ours and not is_closed:
        return wanted
    return "/" if user.is_staffer else "/portal/"


def wanted_of(request: HttpRequest) -> str:
    """The page somebody wanted when asked to sign in."""
    return (request.POST.get("next") or request.GET.get("next", ""))[:2000]
