"""What is done beside the analysis: incidents, fixes and tasks of a problem."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import NotFound, Refused
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.people.selectors import user_called
from itsm.tickets.actions import link
from itsm.tickets.desks import address_of
from itsm.tickets.models import Link, TaskSort
from itsm.tickets.selectors import ticket_for
from itsm.tickets.views.opening import refusals_told
from problems import actions, selectors
from problems.desk import desk

MOST_AT_ONCE = 50


@staff_only
@require_POST
def incidents(request: HttpRequest, number: str) -> HttpResponse:
    """Say which incidents come from it, several at once, or that one does not."""
    user = person_of(request)
    problem = selectors.problem_for(user, number)
    with refusals_told(request):
        if gone := _typed(request, "unlink"):
            actions.unlink_incident(problem=problem, incident=ticket_for(user, gone), actor=user)
        for each in _numbers(request.POST.get("numbers", "")):
            actions.link_incident(problem=problem, incident=ticket_for(user, each), actor=user)
    return redirect(desk.address_of(problem.number))


def _typed(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:80]


def _numbers(text: str) -> list[str]:
    found = re.findall(r"[A-Za-z]{2,5}-\d{1,12}", text)
    if text.strip() and not found:
        raise Refused(_("Give numbers such as INC-42, with commas between them."))
    return list(dict.fromkeys(each.upper() for each in found))[:MOST_AT_ONCE]


@staff_only
@require_POST
def fixes(request: HttpRequest, number: str) -> HttpResponse:
    """Say which change is to fix it."""
    user = person_of(request)
    problem = selectors.problem_for(user, number)
    with refusals_told(request):
        change = ticket_for(user, _typed(request, "change"))
        if change.kind != "change":
            raise Refused(_("%(number)s is not a change.") % {"number": change.number})
        link(ticket=problem, other=change, sort=Link.Sort.FIXED_BY, actor=user)
    return redirect(desk.address_of(problem.number))


@staff_only
@require_POST
def tried(request: HttpRequest, number: str) -> HttpResponse:
    """Say of an incident whether the workaround helped, or that it comes from this problem."""
    user = person_of(request)
    problem = selectors.problem_for(user, number)
    incident = ticket_for(user, _typed(request, "incident"))
    word = request.POST.get("word", "")
    with refusals_told(request):
        if word == "behind":
            actions.link_incident(problem=problem, incident=incident, actor=user)
        else:
            actions.say_worked(
                problem=problem, actor=user, worked=word == "worked", incident=incident
            )
    return redirect(address_of(incident))


@staff_only
@require_POST
def add_task(request: HttpRequest, number: str) -> HttpResponse:
    """Give somebody something to do or to find out."""
    user = person_of(request)
    problem = selectors.problem_for(user, number)
    with refusals_told(request):
        title = request.POST.get("title", "").replace("\x00", "")
        sort = request.POST.get("sort", TaskSort.GENERAL)
        person = _person(_typed(request, "assignee"))
        actions.add_task(problem=problem, actor=user, title=title, sort=sort, assignee=person)
    return redirect(desk.address_of(problem.number))


def _person(name: str) -> User | None:
    try:
        return user_called(name) if name else None
    except NotFound as missing:
        raise Refused(_("Nobody has the user name %(name)s.") % {"name": name}) from missing
