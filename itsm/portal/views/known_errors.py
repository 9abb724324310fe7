"""Trouble that is known already: what one can do, whether it helped, and saying "me too"."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from itsm.core.errors import NotAllowed, Refused
from itsm.people.access import person_of, signed_in
from itsm.portal import selectors
from itsm.tickets.actions import comment
from itsm.tickets.models import Ticket
from itsm.tickets.permissions import is_own
from problems import actions
from problems.known_errors import advice_for, known_error_for_callers, said_by


@signed_in
def known_error(request: HttpRequest, number: str) -> HttpResponse:
    """A known error in words for everybody."""
    user = person_of(request)
    found = advice_for(user, number)
    shown = {"advice": found, "said": said_by(user, None, found.number)}
    return render(request, "portal/known_error.html", shown)


@signed_in
def tried(request: HttpRequest, number: str) -> HttpResponse:
    """Say whether it helped, of one's own item or before reporting one."""
    if request.method != "POST":
        return redirect("portal-known-error", number=number)
    user = person_of(request)
    problem = known_error_for_callers(user, number)
    item = _item(request)
    worked = request.POST.get("word") == "worked"
    try:
        actions.say_worked(problem=problem, actor=user, worked=worked, incident=item)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you, that helps us."))
        if item is not None and worked and item.is_open() and is_own(user, item):
            comment(ticket=item, actor=user, body=_("What you suggested has helped me."))
    if item is not None:
        return redirect("portal-item", number=item.number)
    return redirect("portal-known-error", number=problem.number)


def _item(request: HttpRequest) -> Ticket | None:
    number = request.POST.get("item", "").replace("\x00", "")[:20]
    return selectors.item_for(person_of(request), number) if number else None


@signed_in
def me_too(request: HttpRequest, number: str) -> HttpResponse:
    """Say that one has the trouble too, or take it back."""
    if request.method != "POST":
        return redirect("portal-known-error", number=number)
    user = person_of(request)
    problem = known_error_for_callers(user, number)
    if request.POST.get("undo") == "1":
        actions.take_me_too_back(problem=problem, actor=user)
        messages.success(request, _("All right, we took you off the list."))
    else:
        actions.say_me_too(problem=problem, actor=user)
        messages.success(request, _("Thank you, we counted you, and tell you when it is fixed."))
    return redirect("portal-known-error", number=problem.number)
