"""The steps of a change."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from changes.models import Change
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.actions.tasks import Wanted, put_task, set_task
from itsm.tickets.models import Task, TaskSort, TaskState
from itsm.tickets.permissions import may_work

OF_CHANGES = (TaskSort.PLANNING, TaskSort.IMPLEMENTATION, TaskSort.TESTING, TaskSort.REVIEW)
STATES = (TaskState.OPEN, TaskState.IN_PROGRESS, TaskState.DONE, TaskState.CANCELED)


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
) -> Task:
    """Add a step; one of implementation must lie within the change's own time."""
    locked = _locked(change, actor)
    if locked.phase == "closed":
        raise Refused(_("%(number)s is over.") % {"number": locked.number})
    if sort not in OF_CHANGES:
        raise Invalid(
            _("Choose one of %(known)s.") % {"known": ", ".join(OF_CHANGES)}, field="sort"
        )
    _check_time(locked, sort, planned_start, planned_end)
    wanted = Wanted(
        title=title,
        sort=sort,
        assignee=assignee,
        planned_start=planned_start,
        planned_end=planned_end,
        is_automatic=is_automatic,
    )
    return put_task(ticket=locked, actor=actor, wanted=wanted)


@transaction.atomic
def finish_task(*, task: Task, actor: User, state: str = TaskState.DONE) -> Task:
    """Say how far a step is."""
    change = _locked(Change.objects.get(pk=task.ticket_id), actor)
    if state not in STATES:
        raise Invalid(_("Choose one of %(known)s.") % {"known": ", ".join(STATES)}, field="state")
    if change.phase == "closed":
        raise Refused(_("%(number)s is over.") % {"number": change.number})
    return set_task(task=task, ticket=change, actor=actor, state=state)


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
