"""The tasks of a ticket of any kind; who may touch them, each kind says for itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, Refused
from itsm.people.models import Team, User
from itsm.tickets.models import OPEN_STATES, Task, TaskSort, TaskState, Ticket

MOST_TASKS = 100


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be done, by whom and until when."""

    title: str
    sort: str = TaskSort.IMPLEMENTATION
    notes: str = ""
    team: Team | None = None
    assignee: User | None = None
    planned_start: datetime | None = None
    planned_end: datetime | None = None
    due_at: datetime | None = None
    is_automatic: bool = False
    key: str = ""


@transaction.atomic
def put_task(*, ticket: Ticket, actor: User, wanted: Wanted) -> Task:
    """Add a task to a ticket that is held; one with a key that is there already is given back."""
    if wanted.key and (known := Task.objects.filter(key=wanted.key).first()):
        return known
    if not wanted.title.strip():
        raise Invalid(_("Say in a few words what is to be done."), field="title")
    count = ticket.tasks.count()
    if count >= MOST_TASKS:
        raise Refused(_("A record has at most %(most)d tasks.") % {"most": MOST_TASKS})
    columns = {**vars(wanted), "title": wanted.title.strip()[:250]}
    task = Task.objects.create(ticket_id=ticket.pk, position=count, **columns)
    data = {"task": task.pk, "title": task.title, "sort": task.sort}
    events.publish(f"{ticket.kind}.task_added", ticket, actor=actor, data=data)
    return task


@transaction.atomic
def set_task(
    *, task: Task, ticket: Ticket, actor: User, state: str, result: str = "", **more: Any
) -> Task:
    """Say how far a task of a ticket that is held is; said again, nothing happens."""
    held = Task.objects.select_for_update().get(pk=task.pk)
    changed: Mapping[str, Any] = {"state": state, **more}
    if all(getattr(held, name) == value for name, value in changed.items()):
        return held
    before = held.state
    for name, value in changed.items():
        setattr(held, name, value)
    is_open = state in OPEN_STATES
    held.result = result or held.result
    held.closed_at, held.closed_by = (None, None) if is_open else (timezone.now(), actor)
    held.save()
    data = {"task": held.pk, "title": held.title, "from": before, "to": state}
    events.publish(f"{ticket.kind}.task_moved", ticket, actor=actor, data=data)
    return held


def cancel_tasks(*, ticket: Ticket, actor: User) -> None:
    """Nothing of what is still open needs to be done any more."""
    for task in Task.objects.filter(ticket=ticket.pk, state__in=OPEN_STATES).order_by("pk"):
        set_task(task=task, ticket=ticket, actor=actor, state=TaskState.CANCELED)
