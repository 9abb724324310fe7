"""Signing in and out."""

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from itsm.people import limits
from itsm.people.actions.sessions import note_refusal
from itsm.people.devices import attempt_at
from itsm.people.entrance import destination, let_out, pass_on, wanted_of
from itsm.people.models import User
from itsm.people.selectors import person_called, providers

MOST_TYPED = 128


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; the answer never tells which of them was wrong."""
    if isinstance(request.user, User):
        return redirect(destination(request, request.user, wanted=wanted_of(request)))
    if request.method != "POST":
        return sign_in_page(request, status=200)

    account = request.POST.get("username", "").strip()
    attempt = attempt_at(limits.PASSWORD, account=account, request=request)
    if attempt.is_too_many():
        sentence = _("Too many attempts. Wait a quarter of an hour, then try again.")
        return too_many(sign_in_page(request, status=429, wrong=sentence))
    user = _authenticated(request, account)
    if user is None:
        place = request.META.get("REMOTE_ADDR", "")
        note_refusal(user=person_called(account), how="password", place=place)
        sentence = _("User name and password do not match. Check both and try again.")
        return sign_in_page(request, status=422, wrong=sentence)
    attempt.forget()
    return pass_on(request, user, how="password", wanted=wanted_of(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    return let_out(request)


def _authenticated(request: HttpRequest, account: str) -> User | None:
    password = request.POST.get("password", "")
    if "\x00" in account or len(account) > MOST_TYPED or len(password) > MOST_TYPED:
        return None
    user = authenticate(request, username=account, password=password)
    return user if isinstance(user, User) and not user.is_bot else None


def sign_in_page(request: HttpRequest, *, status: int, wrong: str = "") -> HttpResponse:
    shown = {
        "wrong": wrong,
        "username": request.POST.get("username", "")[:MOST_TYPED],
        "next": wanted_of(request),
        "providers": providers(),
    }
    return render(request, "people/sign_in.html", shown, status=status)


def too_many(response: HttpResponse) -> HttpResponse:
    """The answer, saying when to try again."""
    response["Retry-After"] = str(limits.WINDOW)
    return response
