"""The tasks of all kinds of tickets: what waits for oneself and one's teams, and ending it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from itsm.core.errors import NotAllowed, NotFound, Refused
from itsm.core.news import horizon
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.desks import address_of
from itsm.tickets.models import Task
from itsm.tickets.task_keepers import Keeper, keepers
from itsm.tickets.task_selectors import task_for, tasks_waiting_for

SIZE = 50
WHOSE = {"mine": _l("Mine"), "team": _l("My teams"), "all": _l("All")}


@staff_only
def tasks(request: HttpRequest) -> HttpResponse:
    """What is still to be done, those that are due first."""
    user = person_of(request)
    whose = request.GET.get("whose", "mine")
    whose = whose if whose in WHOSE else "mine"
    cursor = horizon()
    found = list(tasks_waiting_for(user, whose)[: SIZE + 1])
    shown: dict[str, Any] = {
        "cursor": cursor,
        "tasks": [(each, words_for(user, each)) for each in found[:SIZE]],
        "has_more": len(found) > SIZE,
        "whose": whose,
        "tabs": WHOSE.items(),
    }
    return render(request, "tickets/tasks.html", shown)


def words_for(user: User, task: Task) -> Keeper | None:
    """What this person may say of a task; nothing where he may not."""
    if task.ticket.kind not in keepers:
        return None
    keeper = keepers[task.ticket.kind]
    return keeper if user.has_perm(keeper.capability) else None


@staff_only
@require_POST
def move(request: HttpRequest, task_id: int) -> HttpResponse:
    """Say how far a task is."""
    user = person_of(request)
    task = task_for(user, task_id)
    if task.ticket.kind not in keepers:
        raise NotFound("There is no such task.")
    keeper = keepers[task.ticket.kind]
    given = {"state": request.POST.get("state", "")}
    if keeper.takes_result:
        given["result"] = request.POST.get("result", "").replace("\x00", "")[:10_000]
    try:
        keeper.move(task=task, actor=user, **given)
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, None)
    return redirect(back if is_ours else address_of(task.ticket))
