"""Putting an idea into the register."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse

from itsm.core.errors import Invalid, NotFound
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.selectors import ticket_for
from itsm.tickets.views.opening import Opening
from problems.improvements.actions import Idea, open_improvement
from problems.improvements.desk import desk
from problems.improvements.forms import IDEA
from problems.improvements.models import Improvement

USUAL = {"origin": "metric"}


def _open(values: dict[str, Any], user: User) -> Improvement:
    number = values.pop("came_from")
    try:
        came_from = ticket_for(user, number) if number else None
    except NotFound as missing:
        raise Invalid(str(missing), field="came_from") from None
    return open_improvement(idea=Idea(**values, came_from=came_from), actor=user)


_opening = Opening(
    desk=desk,
    needs="problems.work",
    fields=IDEA,
    usual=USUAL,
    page="improvements/new.html",
    perform=_open,
)


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Open an improvement; suggested on a record, that one stands there already."""
    if number := request.GET.get("from", ""):
        ticket = ticket_for(person_of(request), number.replace("\x00", "")[:20])
        origin = "problem" if ticket.kind == "problem" else "pir"
        usual = {"origin": origin, "came_from": ticket.number}
        return replace(_opening, usual=usual)(request)
    return _opening(request)
