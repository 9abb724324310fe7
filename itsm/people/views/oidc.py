"""Signing in with another house's account."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from itsm.core.errors import Refused
from itsm.people import limits, oidc
from itsm.people.access import missing_is_404
from itsm.people.actions.identities import welcome
from itsm.people.actions.sessions import note_refusal
from itsm.people.addresses import address
from itsm.people.devices import attempt_at
from itsm.people.entrance import let_in, pass_on, wanted_of
from itsm.people.models import IdentityProvider, User
from itsm.people.selectors import provider_called
from itsm.people.views.sign_in import sign_in_page, too_many

KEY = "oidc"
PATIENCE = 10 * 60


@require_GET
@never_cache
@missing_is_404
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the browser to the provider."""
    provider = provider_called(slug)
    question = oidc.new_question(provider)
    try:
        there = oidc.address_to_ask(provider, question, back_to=_back_to(provider))
    except Refused as refusal:
        return sign_in_page(request, status=502, wrong=str(refusal))
    request.session[KEY] = {**question.kept(), "next": wanted_of(request)}
    return redirect(there)


@require_GET
@never_cache
@missing_is_404
def back(request: HttpRequest, slug: str) -> HttpResponse:
    """Take what the provider sent the browser back with."""
    provider = provider_called(slug)
    attempt = attempt_at(limits.FACTOR, account="", request=request)
    if attempt.is_too_many():
        sentence = _("Too many attempts. Wait a quarter of an hour, then try again.")
        return too_many(sign_in_page(request, status=429, wrong=sentence))
    # Taken out first: a question is answered once, whatever the answer.
    kept = request.session.pop(KEY, None) or {}
    wanted = kept.pop("next", "")
    try:
        user = _person(request, provider, kept)
    except Refused as refusal:
        place = request.META.get("REMOTE_ADDR", "")
        note_refusal(user=None, how=f"oidc {provider.slug}", place=place)
        return sign_in_page(request, status=422, wrong=str(refusal))
    attempt.forget()
    step = let_in if provider.asks_second_factor else pass_on
    return step(request, user, how=f"oidc {provider.slug}", wanted=wanted)


def _person(request: HttpRequest, provider: IdentityProvider, kept: dict[str, object]) -> User:
    code = request.GET.get("code", "")[:2000]
    question = oidc.Question(**kept) if kept else None  # type: ignore[arg-type]
    if (
        question is None
        or question.provider != provider.pk
        or time.time() - question.asked_at > PATIENCE
        or not constant_time_compare(request.GET.get("state", ""), question.state)
    ):
        raise Refused(_("This sign-in took too long or began elsewhere. Begin again."))
    if not code or "\x00" in code:
        raise Refused(_("%(name)s did not let you in.") % {"name": provider.name})
    told = oidc.told_by(provider, question, code=code, back_to=_back_to(provider))
    return welcome(source=provider, told=told)


def _back_to(provider: IdentityProvider) -> str:
    return address("oidc-back", provider.slug)
