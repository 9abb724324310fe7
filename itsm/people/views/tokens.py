"""One's own API tokens."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid, Refused
from itsm.core.fields import Choice, Field, Line, Lines, cleaned
from itsm.people.access import person_of, signed_in
from itsm.people.actions import issue_token, revoke_token
from itsm.people.proof import is_proved
from itsm.people.selectors import token_of, tokens_of
from itsm.people.views.frame import account_page

MOST = 50
DAYS = (
    ("30", _l("30 days")),
    ("90", _l("90 days")),
    ("365", _l("A year")),
    ("0", _l("No end")),
)
REACHES = (
    ("read", _l("Only read")),
    ("write", _l("Read and write")),
    ("", _l("Everything I may do")),
)
ASKED: tuple[Field, ...] = (
    Line(name="name", required=True, max_length=120),
    Choice(name="reach", choices=REACHES),
    Choice(name="days", required=True, choices=DAYS),
    Lines(name="only", max_length=40),
)


@signed_in
def tokens(request: HttpRequest) -> HttpResponse:
    """The programs that may act as oneself."""
    return _page(request)


@require_POST
@signed_in
def issue(request: HttpRequest) -> HttpResponse:
    """Make a token and show it this once."""
    user = person_of(request)
    if not is_proved(request):
        return redirect(f"{reverse('account-confirm')}?next={reverse('account-tokens')}")
    try:
        values = cleaned(ASKED, {each.name: request.POST.get(each.name) for each in ASKED})
        if len(tokens_of(user)) >= MOST:
            raise Invalid(_("Revoke a token first: fifty are the most."), field="name")
        _token, plain = issue_token(
            user=user,
            name=values["name"],
            scopes=values["only"] or ([values["reach"]] if values["reach"] else []),
            expires_at=_end(int(values["days"])),
        )
    except Refused as refusal:
        return _page(request, wrong=refusal)
    return _page(request, plain=plain)


@require_POST
@signed_in
def revoke(request: HttpRequest) -> HttpResponse:
    """Make one of one's own tokens useless."""
    user, which = person_of(request), request.POST.get("which", "")
    revoke_token(token=token_of(user, pk=int(which) if which.isdecimal() else 0), actor=user)
    messages.success(request, _("The token is revoked."))
    return redirect("account-tokens")


def _end(days: int) -> datetime | None:
    return timezone.now() + timedelta(days=days) if days else None


def _page(request: HttpRequest, *, plain: str = "", wrong: Refused | None = None) -> HttpResponse:
    given = {"days": "90", "reach": "read", **request.POST.dict()} if wrong else {}
    shown = {
        "tokens": tokens_of(person_of(request)),
        "plain": plain,
        "given": given or {"days": "90", "reach": "read"},
        "error": str(wrong or ""),
        "error_field": wrong.field if wrong else "",
        "days": DAYS,
        "reaches": REACHES,
        "is_proved": is_proved(request),
    }
    return account_page(request, "tokens", shown, status=422 if wrong else 200)
