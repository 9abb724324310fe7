"""Who may report for oneself and follow what one reported."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import NotAllowed, Refused
from itsm.people.access import person_of, signed_in
from itsm.people.actions import delegate_named, name_delegate, remove_delegate
from itsm.people.delegation import delegate_for, delegates_of, represented_by
from itsm.portal.forms import DELEGATE
from itsm.tickets.fields import cleaned


@signed_in
def delegates(request: HttpRequest) -> HttpResponse:
    """The people who act for oneself, those one acts for, and naming one more."""
    user = person_of(request)
    if request.method != "POST":
        return _page(request, given={})
    given = {each.name: request.POST.get(each.name, "") for each in DELEGATE}
    try:
        values = cleaned(DELEGATE, given)
        delegate = delegate_named(values.pop("delegate"))
        name_delegate(person=user, delegate=delegate, actor=user, **values)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _page(request, given=given, refusal=refusal)
    messages.success(request, _("%(name)s may now report for you.") % {"name": delegate})
    return redirect("portal-delegates")


def _page(
    request: HttpRequest, *, given: dict[str, str], refusal: Refused | None = None
) -> HttpResponse:
    user = person_of(request)
    shown = {
        "given": given,
        "wrong": str(refusal) if refusal else "",
        "wrong_field": refusal.field if refusal else "",
        "today": timezone.localdate().isoformat(),
        "delegates": delegates_of(user),
        "represented": represented_by(user),
    }
    return render(request, "portal/delegates.html", shown, status=422 if refusal else 200)


@signed_in
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody act for oneself no more."""
    user = person_of(request)
    named = delegate_for(user, pk)
    remove_delegate(delegate=named, actor=user)
    sentence = _("%(name)s does not act for you any more.")
    messages.success(request, sentence % {"name": named.delegate})
    return redirect("portal-delegates")
