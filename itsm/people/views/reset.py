"""Getting a new password by mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from itsm.core.errors import Invalid
from itsm.people import limits
from itsm.people.actions.passwords import ask_for_reset, change_password
from itsm.people.devices import attempt_at
from itsm.people.passwords import ADVISED
from itsm.people.selectors import person_with_reset_token

MOST_TYPED = 254


@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask whom to write to; the answer is the same whether we know them or not."""
    if request.method != "POST":
        return render(request, "people/forgotten.html")
    said = request.POST.get("said", "").replace("\x00", "").strip()[:MOST_TYPED]
    if not said:
        wrong = _("Give your user name or your e-mail address.")
        return render(request, "people/forgotten.html", {"wrong": wrong}, status=422)
    if attempt_at(limits.RESET, account=said, request=request).is_too_many():
        return _too_many(request)
    ask_for_reset(said=said, place=request.META.get("REMOTE_ADDR", ""))
    return render(request, "people/forgotten.html", {"is_sent": True})


@never_cache
@sensitive_post_parameters("password")
def new_password(request: HttpRequest) -> HttpResponse:
    """Choose a new password with the link of the mail, which works once and for an hour.

    It does not sign anybody in, so that a second factor is still asked for.
    """
    token = (request.POST.get("token") or request.GET.get("token", ""))[:200]
    attempt = attempt_at(limits.RESET_LINK, account="", request=request)
    if attempt.is_too_many():
        return _too_many(request)
    user = person_with_reset_token(token)
    if user is None:
        return render(request, "people/new_password.html", {"is_over": True}, status=410)
    attempt.forget()
    shown = {"token": token, "username": user.username, "advised": ADVISED}
    if request.method != "POST":
        return render(request, "people/new_password.html", shown)
    try:
        change_password(
            user=user, password=request.POST.get("password", ""), how="mail", kept_session=None
        )
    except Invalid as refusal:
        shown["wrong"] = str(refusal)
        return render(request, "people/new_password.html", shown, status=422)
    messages.success(request, _("Your new password is set. Sign in with it."))
    return redirect("sign-in")


def _too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(limits.WINDOW)
    return response
