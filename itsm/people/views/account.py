"""One's own profile and preferences."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid, Refused
from itsm.core.fields import Choice, Field, cleaned
from itsm.people.access import person_of, signed_in
from itsm.people.actions.account import change_account
from itsm.people.actions.mail import ask_for_email, confirm_email, email_asked_for
from itsm.people.forms import PREFERENCES, PROFILE
from itsm.people.models import User
from itsm.people.proof import is_proved
from itsm.people.themes import keep_theme
from itsm.people.views.frame import account_page
from itsm.people.zones import is_listed, zones_by_continent

MOST_TYPED = 1000
THEME: tuple[Field, ...] = (Choice(name="theme", required=True, choices=User.Theme.choices),)


@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is, and how one likes the screens."""
    return _page(request)


@require_POST
@signed_in
def change_profile(request: HttpRequest) -> HttpResponse:
    """Keep the name and the e-mail address."""
    try:
        values = cleaned(PROFILE, _given(request, PROFILE))
        _check_mail(request, values["email"])
    except Invalid as refusal:
        return _page(request, wrong=refusal)
    user, email = person_of(request), values["email"]
    if email and email != user.email:
        ask_for_email(user=user, email=email)
        values["email"] = user.email
        told = _("We wrote to %(email)s. Your address changes once you follow the link there.")
        messages.info(request, told % {"email": email})
    return _kept(request, values)


@never_cache
def email(request: HttpRequest) -> HttpResponse:
    """Confirm a new e-mail address by the link that was sent to it."""
    token = (request.POST.get("token") or request.GET.get("token", ""))[:MOST_TYPED]
    try:
        if request.method == "POST":
            confirm_email(token=token)
            messages.success(request, _("Your e-mail address is confirmed."))
            return redirect("account")
        asked = email_asked_for(token)
    except Refused:
        asked = None
    if asked is None:
        return render(request, "people/email.html", {"is_over": True}, status=410)
    shown = {"token": token, "username": asked[0].username, "email": asked[1]}
    return render(request, "people/email.html", shown)


@require_POST
@signed_in
def change_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the zone, language, colours and keys."""
    try:
        values = cleaned(PREFERENCES, _given(request, PREFERENCES))
    except Invalid as refusal:
        return _page(request, wrong=refusal)
    translation.activate(values["language"] or request.LANGUAGE_CODE or settings.LANGUAGE_CODE)
    return keep_theme(_kept(request, values), theme=values["theme"])


@require_POST
@signed_in
def change_theme(request: HttpRequest) -> HttpResponse:
    """Keep the colours chosen in the menu."""
    try:
        values = cleaned(THEME, _given(request, THEME))
    except Invalid as refusal:
        return HttpResponse(str(refusal), status=422, content_type="text/plain; charset=utf-8")
    change_account(user=person_of(request), values=values)
    return keep_theme(HttpResponse(status=204), theme=values["theme"])


def _check_mail(request: HttpRequest, email: str) -> None:
    if email != person_of(request).email and not is_proved(request):
        sentence = _("Show first that it is you: your mail opens the way to your password.")
        raise Invalid(sentence, field="email")


def _given(request: HttpRequest, fields: tuple[Field, ...]) -> dict[str, Any]:
    return {each.name: request.POST.get(each.name) for each in fields}


def _kept(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    change_account(user=person_of(request), values=values)
    messages.success(request, _("Saved."))
    return redirect("account")


def _page(request: HttpRequest, *, wrong: Invalid | None = None) -> HttpResponse:
    user = person_of(request)
    names = [each.name for each in (*PROFILE, *PREFERENCES)]
    given = {name: request.POST.get(name, getattr(user, name)) for name in names}
    shown = {
        "given": given,
        "errors": {name: told[0] for name, told in wrong.errors.items()} if wrong else {},
        "needs_proof": wrong is not None and "email" in wrong.errors and not is_proved(request),
        "zones": zones_by_continent(),
        "other_zone": "" if is_listed(user.time_zone) else user.time_zone,
        "languages": settings.LANGUAGES,
        "themes": User.Theme.choices,
    }
    return account_page(request, "profile", shown, status=422 if wrong else 200)
