"""Planning a change, and its steps."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from changes import actions, selectors, suspects
from changes.actions.opening import Plan
from changes.desk import desk
from changes.forms import PLAN
from changes.models import Change
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.desks import address_of
from itsm.tickets.selectors import ticket_for
from itsm.tickets.task_selectors import task_of
from itsm.tickets.views.opening import Opening, refusals_told

USUAL = {"type": "normal", "category": "config", "environment": "production"}


def _open(values: dict[str, Any], user: User) -> Change:
    return actions.open_change(plan=Plan(**values), actor=user)


_opening = Opening(
    desk=desk,
    needs="changes.work",
    fields=PLAN,
    usual=USUAL,
    page="changes/new.html",
    perform=_open,
)


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Plan a change."""
    return _opening(request)


@staff_only
@require_POST
def add_task(request: HttpRequest, number: str) -> HttpResponse:
    """Add a step to a change."""
    user = person_of(request)
    change = selectors.change_for(user, number)
    with refusals_told(request):
        actions.add_task(change=change, actor=user, title=request.POST.get("title", ""))
    return redirect(desk.address_of(number))


@staff_only
@require_POST
def move_task(request: HttpRequest, number: str, task_id: int) -> HttpResponse:
    """Say how far a step is."""
    user = person_of(request)
    change = selectors.change_for(user, number)
    task = task_of(change, task_id)
    with refusals_told(request):
        actions.finish_task(task=task, actor=user, state=request.POST.get("state", ""))
    return redirect(desk.address_of(number))


@staff_only
@require_POST
def judge_cause(request: HttpRequest, attribution_id: int) -> HttpResponse:
    """Say of a suspected change that it was the cause, or was not."""
    user = person_of(request)
    attribution = suspects.attribution_for(user, attribution_id)
    ends = {address_of(each) for each in (attribution.incident, attribution.change)}
    asked = request.POST.get("back", "")
    back = asked if asked in ends else address_of(attribution.incident)
    comment = request.POST.get("comment", "").strip()[:500]
    with refusals_told(request):
        if request.POST.get("word") == "confirm":
            actions.confirm_cause(attribution=attribution, actor=user)
        elif request.POST.get("word") == "reject":
            actions.reject_cause(attribution=attribution, actor=user, comment=comment)
    return redirect(back)


@staff_only
@require_POST
def name_cause(request: HttpRequest) -> HttpResponse:
    """Say which change caused an incident though it was not suspected."""
    user = person_of(request)
    incident = ticket_for(user, request.POST.get("incident", "")[:20])
    with refusals_told(request):
        change = selectors.change_for(user, request.POST.get("change", "").strip()[:20])
        actions.put_down(incident=incident, change=change, actor=user)
    return redirect(address_of(incident))
