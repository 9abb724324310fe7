"""The second step of signing in, and signing in with a passkey alone."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid
from itsm.people import limits, passkeys, pending
from itsm.people.actions.factors import note_passkey_use, use_code
from itsm.people.actions.sessions import note_refusal
from itsm.people.devices import attempt_at
from itsm.people.entrance import let_in, wanted_of
from itsm.people.models import Passkey, User
from itsm.people.selectors import factors_of, passkey_with
from itsm.people.views.sign_in import sign_in_page, too_many

LONGEST_CODE = 40


@never_cache
@sensitive_post_parameters("code")
def factor(request: HttpRequest) -> HttpResponse:
    """Ask for a code of the app, a spare code or a passkey."""
    user = pending.person(request)
    if user is None:
        return redirect("sign-in")
    if request.method != "POST":
        return _page(request, user)
    attempt = attempt_at(limits.FACTOR, account=user.username, request=request)
    if attempt.is_too_many():
        return too_many(_page(request, user, status=429, wrong=_too_often()))
    used = use_code(user=user, code=request.POST.get("code", "")[:LONGEST_CODE])
    if used is None:
        return _refused(request, user, _("This code does not fit, or it was used. Type a new one."))
    attempt.forget()
    how, wanted = pending.end(request)
    return let_in(request, user, how=f"{how}, {used}", wanted=wanted)


@require_POST
@never_cache
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to show a passkey."""
    options = passkeys.options_to_use(request, user=pending.person(request))
    return HttpResponse(options, content_type="application/json")


@require_POST
@never_cache
def passkey(request: HttpRequest) -> HttpResponse:
    """Let in whoever shows a passkey: as the second factor, or as the only one."""
    user = pending.person(request)
    account = user.username if user else ""
    attempt = attempt_at(limits.FACTOR, account=account, request=request)
    if attempt.is_too_many():
        return too_many(sign_in_page(request, status=429, wrong=_too_often()))
    try:
        shown = _shown(request, of=user)
    except Invalid as refusal:
        if user is not None:
            return _refused(request, user, str(refusal))
        note_refusal(user=None, how="passkey", place=request.META.get("REMOTE_ADDR", ""))
        return sign_in_page(request, status=422, wrong=str(refusal))
    attempt.forget()
    if user is None:
        return let_in(request, shown.user, how="passkey", wanted=wanted_of(request))
    how, wanted = pending.end(request)
    return let_in(request, shown.user, how=f"{how}, passkey", wanted=wanted)


def _shown(request: HttpRequest, *, of: User | None) -> Passkey:
    credential = _credential(request)
    found = passkey_with(str(credential.get("id", "")))
    if found is None or (of is not None and found.user_id != of.pk):
        raise Invalid(_("We do not know this passkey. Sign in another way."), field="credential")
    count = passkeys.used(request, credential=credential, passkey=found, is_alone=of is None)
    note_passkey_use(passkey=found, sign_count=count)
    return found


def _credential(request: HttpRequest) -> dict[str, Any]:
    try:
        credential = json.loads(request.POST.get("credential", "")[: passkeys.LONGEST])
    except (ValueError, RecursionError):
        credential = None
    if not isinstance(credential, dict):
        raise Invalid(_("The passkey was not taken. Try again."), field="credential")
    return credential


def _refused(request: HttpRequest, user: User, sentence: str) -> HttpResponse:
    note_refusal(user=user, how="factor", place=request.META.get("REMOTE_ADDR", ""))
    return _page(request, user, status=422, wrong=sentence)


def _too_often() -> str:
    return _("Too many attempts. Wait a quarter of an hour, then try again.")


def _page(request: HttpRequest, user: User, *, status: int = 200, wrong: str = "") -> HttpResponse:
    shown = {"wrong": wrong, "factors": factors_of(user)}
    return render(request, "people/factor.html", shown, status=status)
