"""Planning a change, and its steps."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from changes import actions, selectors, suspects
from changes.actions.opening import Plan
from changes.desk import desk
from changes.forms import PLAN
from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.people.access import person_of, staff_only
from itsm.tickets.desks import address_of
from itsm.tickets.fields import cleaned
from itsm.tickets.forms import shown
from itsm.tickets.selectors import ticket_for

USUAL = {"type": "normal", "category": "config", "environment": "production"}


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Plan a change."""
    user = person_of(request)
    if not user.has_perm("changes.work"):
        raise NotAllowed(_("You may read only."))
    if request.method != "POST":
        return _form(request, given=USUAL)
    given = {each.name: request.POST.get(each.name, "") for each in PLAN}
    try:
        change = actions.open_change(plan=Plan(**cleaned(PLAN, given)), actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, given=given, refusal=refusal)
    address = desk.address_of(change.number)
    if request.headers.get("X-Dialog"):
        return HttpResponse(headers={"X-Go": address})
    return redirect(address)


def _form(
    request: HttpRequest, *, given: dict[str, str], refusal: Refused | None = None
) -> HttpResponse:
    wrong = {refusal.field: str(refusal)} if refusal and refusal.field else {}
    page = {
        "desk": desk,
        "fields": shown(PLAN, user=person_of(request), given=given, wrong=wrong),
        "wrong": str(refusal) if refusal and not refusal.field else "",
    }
    return render(request, "changes/new.html", page, status=422 if refusal else 200)


@staff_only
@require_POST
def add_task(request: HttpRequest, number: str) -> HttpResponse:
    """Add a step to a change."""
    user = person_of(request)
    change = selectors.change_for(user, number)
    try:
        actions.add_task(change=change, actor=user, title=request.POST.get("title", ""))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(desk.address_of(number))


@staff_only
@require_POST
def move_task(request: HttpRequest, number: str, task_id: int) -> HttpResponse:
    """Say how far a step is."""
    user = person_of(request)
    change = selectors.change_for(user, number)
    task = selectors.tasks_of(change).filter(pk=task_id).first()
    if task is None:
        raise Http404
    try:
        actions.finish_task(task=task, actor=user, state=request.POST.get("state", ""))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
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
    try:
        if request.POST.get("word") == "confirm":
            actions.confirm_cause(attribution=attribution, actor=user)
        elif request.POST.get("word") == "reject":
            actions.reject_cause(attribution=attribution, actor=user, comment=comment)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(back)


@staff_only
@require_POST
def name_cause(request: HttpRequest) -> HttpResponse:
    """Say which change caused an incident though it was not suspected."""
    user = person_of(request)
    incident = ticket_for(user, request.POST.get("incident", "")[:20])
    try:
        change = selectors.change_for(user, request.POST.get("change", "").strip()[:20])
        actions.put_down(incident=incident, change=change, actor=user)
    except NotAllowed:
        raise
    except (NotFound, Refused) as refusal:
        messages.error(request, str(refusal))
    return redirect(address_of(incident))
