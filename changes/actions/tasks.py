"""The steps of a change."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from changes.models import Change, ChangeTask, TaskSort, TaskState
from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.permissions import may_work

MOST_TASKS = 100


@transaction.atomic
def add_task(
    *,
    change: Change,
    actor: User,
    title: str,
    sort: str = TaskSort.IMPLEMENTATION,
    assignee: User | None = None,
    planned_start: datetime | None = None,
    planned_end: datetime | None = None,
    is_automatic: bool = False,
) -> ChangeTask:
    """Add a step; one of implementation must lie within the change's own time."""
    locked = _locked(change, actor)
    if locked.phase == "closed":
        raise Refused(_("%(number)s is over.") % {"number": locked.number})
    if sort not in TaskSort.values:
        raise Invalid(
            _("Choose one of %(known)s.") % {"known": ", ".join(TaskSort.values)}, field="sort"
        )
    if not title.strip():
        raise Invalid(_("Say in a few words what is to be done."), field="title")
    _check_time(locked, sort, planned_start, planned_end)
    count = locked.tasks.count()
    if count >= MOST_TASKS:
        raise Refused(_("A change has at most %(most)d tasks.") % {"most": MOST_TASKS})
    task = ChangeTask.objects.create(
        change=locked,
        sort=sort,
        title=title.strip()[:250],
        assignee=assignee,
        planned_start=planned_start,
        planned_end=planned_end,
        is_automatic=is_automatic,
        position=count,
    )
    data = {"task": task.pk, "title": task.title, "sort": sort}
    events.publish("change.task_added", locked, actor=actor, data=data)
    return task


@transaction.atomic
def finish_task(*, task: ChangeTask, actor: User, state: str = TaskState.DONE) -> ChangeTask:
    """Say how far a step is."""
    change = _locked(task.change, actor)
    if state not in TaskState.values:
        raise Invalid(
            _("Choose one of %(known)s.") % {"known": ", ".join(TaskState.values)}, field="state"
        )
    if change.phase == "closed":
        raise Refused(_("%(number)s is over.") % {"number": change.number})
    before = ChangeTask.objects.get(pk=task.pk).state
    if before != state:
        ChangeTask.objects.filter(pk=task.pk).update(state=state)
        data = {"task": task.pk, "title": task.title, "from": before, "to": state}
        events.publish("change.task_moved", change, actor=actor, data=data)
    task.state = state
    return task


def _locked(change: Change, actor: User) -> Change:
    if not may_work(actor, change, "changes.work"):
        raise NotAllowed(_("You may not work on %(number)s.") % {"number": change.number})
    return change.lock()


def _check_time(change: Change, sort: str, start: datetime | None, end: datetime | None) -> None:
    if start and end and end <= start:
        raise Invalid(_("The end must come after the start."), field="planned_end")
    if sort != TaskSort.IMPLEMENTATION or not (change.planned_start and change.planned_end):
        return
    if (start and start < change.planned_start) or (end and end > change.planned_end):
        raise Invalid(_("The work must lie within the change's own time."), field="planned_start")
