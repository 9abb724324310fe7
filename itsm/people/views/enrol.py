"""Adding and removing second factors: on one's own account, or on signing in where needed."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from webauthn.helpers import bytes_to_base64url

from itsm.core.crypto import decrypt, encrypt
from itsm.core.errors import Refused
from itsm.people import codes, passkeys, pending
from itsm.people.access import person_of, signed_in
from itsm.people.actions.factors import add_app, add_passkey, remove_factor, renew_spare_codes
from itsm.people.devices import name_of
from itsm.people.entrance import destination, let_in
from itsm.people.models import User
from itsm.people.proof import is_proved
from itsm.people.selectors import factors_of
from itsm.people.views.frame import account_page, around

KEPT_SECRET = "app_secret"  # noqa: S105 where it is kept
LONGEST_NAME = 80
View = Callable[[HttpRequest, User], HttpResponse]


def enrolling(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Open a page to who has lately shown who they are, or must have a factor to be let in."""

    def door(request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            user = pending.person(request)
            # Who has a factor shows it; only who has none may add the first.
            if user is None or factors_of(user).count:
                return redirect("sign-in" if user is None else "factor")
            return view(request, user)
        if not is_proved(request):
            return redirect(f"{reverse('account-confirm')}?next={reverse('account-security')}")
        return view(request, person_of(request))

    update_wrapper(door, view)
    return door


@never_cache
@enrolling
def choose(request: HttpRequest, user: User) -> HttpResponse:
    """Say that a second factor is needed, and which there are."""
    if isinstance(request.user, User):
        return redirect("account-security")
    return render(request, "people/enrol.html", {"person": user})


@never_cache
@sensitive_post_parameters("code")
@enrolling
def app(request: HttpRequest, user: User) -> HttpResponse:
    """Show the picture for the app, and take it when its first code fits."""
    kept = request.session.get(KEPT_SECRET)
    if request.method != "POST" or not kept:
        kept = encrypt(codes.new_secret())
        request.session[KEPT_SECRET] = kept
        return _app_page(request, user, kept=kept)
    try:
        spare = add_app(user=user, secret=decrypt(kept), code=request.POST.get("code", "")[:40])
    except Refused as refusal:
        return _app_page(request, user, kept=kept, wrong=str(refusal))
    del request.session[KEPT_SECRET]
    return _added(request, user, spare=spare, how="app")


@require_POST
@enrolling
def passkey_options(request: HttpRequest, user: User) -> HttpResponse:
    """What the browser needs to make a passkey."""
    options = passkeys.options_to_add(request, user=user)
    return HttpResponse(options, content_type="application/json")


@require_POST
@enrolling
def passkey(request: HttpRequest, user: User) -> HttpResponse:
    """Take a new passkey."""
    name = request.POST.get("name", "").replace("\x00", "").strip()[:LONGEST_NAME]
    try:
        made = passkeys.added(request, credential=request.POST.get("credential", ""))
        spare = add_passkey(
            user=user,
            name=name or name_of(request.headers.get("User-Agent", "")),
            credential=bytes_to_base64url(made.credential_id),
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("account-security" if isinstance(request.user, User) else "enrol")
    return _added(request, user, spare=spare, how="passkey")


@require_POST
@enrolling
def spare_codes(request: HttpRequest, user: User) -> HttpResponse:
    """Show new spare codes in place of the old ones."""
    if not factors_of(user).count:
        messages.error(request, _("Add an app or a passkey first."))
        return redirect("account-security")
    return _codes_page(request, renew_spare_codes(user=user), onward=reverse("account-security"))


@require_POST
@signed_in
def remove(request: HttpRequest) -> HttpResponse:
    """Take a factor away."""
    if not is_proved(request):
        return redirect(f"{reverse('account-confirm')}?next={reverse('account-security')}")
    try:
        remove_factor(user=person_of(request), which=request.POST.get("which", "")[:18])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Removed."))
    return redirect("account-security")


def _added(request: HttpRequest, user: User, *, spare: list[str], how: str) -> HttpResponse:
    """Show the spare codes, if there are new ones; let in who was waiting for this factor."""
    if isinstance(request.user, User):
        messages.success(request, _("Your second factor is set up."))
        onward = reverse("account-security")
        return _codes_page(request, spare, onward=onward) if spare else redirect(onward)
    way, wanted = pending.end(request)
    entrance = let_in(request, user, how=f"{way}, {how}", wanted=wanted)
    page = _codes_page(request, spare, onward=destination(request, user, wanted=wanted))
    page.cookies.update(entrance.cookies)
    return page


def _codes_page(request: HttpRequest, spare: list[str], *, onward: str) -> HttpResponse:
    return account_page(request, "codes", {"codes": spare, "onward": onward})


def _app_page(request: HttpRequest, user: User, *, kept: str, wrong: str = "") -> HttpResponse:
    secret = decrypt(kept)
    shown: dict[str, Any] = {
        "picture": codes.picture_of(codes.set_up_address(secret, account=user.username)),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "wrong": wrong,
        **around(request),
    }
    response = render(request, "people/app.html", shown, status=422 if wrong else 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response
