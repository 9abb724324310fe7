"""How one signs in, and where one is signed in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid
from itsm.people import limits
from itsm.people.access import person_of, signed_in
from itsm.people.actions.passwords import change_password
from itsm.people.actions.sessions import end_session, end_sessions
from itsm.people.devices import attempt_at
from itsm.people.entrance import destination, wanted_of
from itsm.people.passwords import ADVISED
from itsm.people.proof import is_proved, note_proof
from itsm.people.selectors import factors_of, session_of, sessions_of
from itsm.people.views.frame import account_page


@signed_in
def security(request: HttpRequest) -> HttpResponse:
    """The password and what else one signs in with."""
    return _page(request)


@require_POST
@sensitive_post_parameters("old", "password")
@signed_in
def change(request: HttpRequest) -> HttpResponse:
    """Take a new password from who knows the old one."""
    user = person_of(request)
    try:
        _check_old(request)
        change_password(
            user=user,
            password=request.POST.get("password", ""),
            how="account",
            kept_session=request.session.session_key,
        )
    except Invalid as refusal:
        return _page(request, wrong=refusal)
    update_session_auth_hash(request, user)
    note_proof(request)
    messages.success(request, _("Your password is changed. All your other sessions have ended."))
    return redirect("account-security")


@sensitive_post_parameters("old")
@signed_in
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password again before a weightier change."""
    wrong: Invalid | None = None
    if request.method == "POST":
        try:
            _check_old(request)
        except Invalid as refusal:
            wrong = refusal
        else:
            note_proof(request)
            return redirect(destination(request, person_of(request), wanted=wanted_of(request)))
    shown = {"wrong": str(wrong or ""), "next": wanted_of(request)}
    return account_page(request, "confirm", shown, status=422 if wrong else 200)


@signed_in
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    shown = {"sessions": sessions_of(person_of(request), own=request.session.session_key)}
    return account_page(request, "sessions", shown)


@require_POST
@signed_in
def end(request: HttpRequest) -> HttpResponse:
    """End one session, or all but this one."""
    user, which = person_of(request), request.POST.get("which", "")
    if which == "others":
        count = end_sessions(user=user, actor=user, keep=request.session.session_key)
    else:
        session = session_of(user, reference=which)
        end_session(session=session, actor=user)
        count = 1
    messages.success(
        request, ngettext("%(n)d session ended.", "%(n)d sessions ended.", count) % {"n": count}
    )
    return redirect("account-sessions")


def _check_old(request: HttpRequest) -> None:
    user, old = person_of(request), request.POST.get("old", "")
    attempt = attempt_at(limits.PASSWORD, account=user.username, request=request)
    if attempt.is_too_many():
        raise Invalid(
            _("Too many attempts. Wait a quarter of an hour, then try again."), field="old"
        )
    if len(old) > 128 or "\x00" in old or not user.check_password(old):
        raise Invalid(_("This is not your password."), field="old")
    attempt.forget()


def _page(request: HttpRequest, *, wrong: Invalid | None = None) -> HttpResponse:
    shown: dict[str, Any] = {
        "errors": {name: told[0] for name, told in wrong.errors.items()} if wrong else {},
        "advised": ADVISED,
        "factors": factors_of(person_of(request)),
        "is_proved": is_proved(request),
        "has_password": person_of(request).has_usable_password(),
    }
    return account_page(request, "security", shown, status=422 if wrong else 200)
