"""Raising a problem, naming the one behind an incident, and writing down what was found."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid, NotAllowed, NotFound, Refused
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.actions import edit
from itsm.tickets.desks import address_of
from itsm.tickets.fields import cleaned
from itsm.tickets.forms import shown
from itsm.tickets.models import Ticket
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import ticket_for
from itsm.tickets.views.acting import go, status_of, typed, version_of
from itsm.tickets.views.opening import Opening, refusals_told
from problems import actions, selectors
from problems.desk import desk
from problems.forms import FINDINGS, REPORT
from problems.models import Problem

USUAL = {"impact": "2", "urgency": "2", "origin": "reactive"}


def _open(values: dict[str, Any], user: User) -> Problem:
    number = values.pop("incident")
    try:
        incidents = [ticket_for(user, number)] if number else []
    except NotFound as missing:
        raise Invalid(str(missing), field="incident") from None
    report = actions.Report(**values, incidents=incidents)
    return actions.open_problem(report=report, actor=user)


_opening = Opening(
    desk=desk,
    needs="problems.work",
    fields=REPORT,
    usual=USUAL,
    page="problems/new.html",
    perform=_open,
)


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Open a problem; raised from an incident, what is known of that stands there already."""
    if number := request.GET.get("incident", ""):
        incident = ticket_for(person_of(request), number.replace("\x00", "")[:20])
        return replace(_opening, usual={**USUAL, **_known(incident)})(request)
    return _opening(request)


def _known(incident: Ticket) -> dict[str, str]:
    return {
        "title": incident.title,
        "description": incident.description[:20_000],
        "incident": incident.number,
        "service": incident.service.name if incident.service else "",
        "impact": str(incident.impact),
        "urgency": str(incident.urgency),
    }


@staff_only
@require_POST
def name(request: HttpRequest, number: str) -> HttpResponse:
    """Say which problem an incident comes from, or that it comes from none."""
    user = person_of(request)
    incident = ticket_for(user, number)
    with refusals_told(request):
        if request.POST.get("none"):
            behind = selectors.problem_behind(user, incident)
            if behind is not None:
                actions.unlink_incident(problem=behind, incident=incident, actor=user)
        else:
            named = request.POST.get("problem", "").replace("\x00", "").strip()
            problem = selectors.problem_for(user, named[:20])
            actions.link_incident(problem=problem, incident=incident, actor=user)
            messages.success(request, _("It is linked to %(number)s.") % {"number": problem.number})
    return redirect(address_of(incident))


@staff_only
def write(request: HttpRequest, number: str) -> HttpResponse:
    """Write down how one knows it again, and what its cause is."""
    user = person_of(request)
    problem = selectors.problem_for(user, number)
    if not may_work(user, problem, "problems.work"):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": problem.number})
    if request.method != "POST":
        return _form(request, problem, given=_written(problem))
    given = typed(request, [each.name for each in FINDINGS])
    try:
        changes = cleaned(FINDINGS, given)
        edit(ticket=problem, actor=user, changes=changes, expected_version=version_of(request))
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, problem, given=given, refusal=refusal)
    return go(request, desk.address_of(problem.number))


def _written(problem: Problem) -> dict[str, str]:
    category = problem.cause_category
    return {
        "symptoms": problem.symptoms,
        "cause": problem.cause,
        "workaround": problem.workaround,
        "major": "on" if problem.major else "",
        "cause_category": category.slug if category else "",
    }


def _form(
    request: HttpRequest,
    problem: Problem,
    *,
    given: dict[str, str],
    refusal: Refused | None = None,
) -> HttpResponse:
    wrong = {refusal.field: str(refusal)} if refusal and refusal.field else {}
    content = {
        "ticket": problem,
        "fields": shown(FINDINGS, user=person_of(request), given=given, wrong=wrong),
        "wrong": str(refusal) if refusal and not refusal.field else "",
    }
    return render(request, "problems/findings.html", content, status=status_of(refusal))
