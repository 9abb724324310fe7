"""Signing in and out."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from itsm.people import limits
from itsm.people.models import User

MOST_TYPED = 128


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; the answer never tells which of them was wrong."""
    if isinstance(request.user, User):
        return redirect(_destination(request, request.user))
    if request.method != "POST":
        return _page(request, status=200)

    account = request.POST.get("username", "").strip()
    source = request.META.get("REMOTE_ADDR", "")
    if limits.is_over_limit(account=account, source=source):
        sentence = _("Too many attempts. Wait a quarter of an hour, then try again.")
        response = _page(request, status=429, wrong=sentence)
        response["Retry-After"] = str(limits.WINDOW)
        return response
    user = _authenticated(request, account)
    if user is None:
        limits.count_failure(account=account, source=source)
        sentence = _("User name and password do not match. Check both and try again.")
        return _page(request, status=422, wrong=sentence)
    limits.forget(account=account, source=source)
    login(request, user)
    return redirect(_destination(request, user))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def _authenticated(request: HttpRequest, account: str) -> User | None:
    password = request.POST.get("password", "")
    if "\x00" in account or len(account) > MOST_TYPED or len(password) > MOST_TYPED:
        return None
    user = authenticate(request, username=account, password=password)
    return user if isinstance(user, User) and not user.is_bot else None


def _destination(request: HttpRequest, user: User) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if wanted not in ("", "/") and is_ours:
        return wanted
    return "/" if user.is_staffer else "/portal/"


def _page(request: HttpRequest, *, status: int, wrong: str = "") -> HttpResponse:
    shown = {
        "wrong": wrong,
        "username": request.POST.get("username", "")[:MOST_TYPED],
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, "people/sign_in.html", shown, status=status)
