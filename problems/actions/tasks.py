"""The tasks of a problem."""

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from itsm.people.models import Team, User
from itsm.tickets.actions.tasks import Wanted, put_task, set_task
from itsm.tickets.models import Task, TaskSort, TaskState
from problems.actions.holding import hold_open
from problems.models import Problem

OF_PROBLEMS = (TaskSort.GENERAL, TaskSort.ANALYSIS)
STATES = (TaskState.OPEN, TaskState.IN_PROGRESS, TaskState.DONE, TaskState.CANCELED)


@transaction.atomic
def add_task(
    *,
    problem: Problem,
    actor: User,
    title: str,
    sort: str = TaskSort.GENERAL,
    team: Team | None = None,
    assignee: User | None = None,
) -> Task:
    """Give somebody something to do or to find out."""
    held = hold_open(problem, actor)
    if sort not in OF_PROBLEMS:
        raise Invalid(
            _("Choose one of %(known)s.") % {"known": ", ".join(OF_PROBLEMS)}, field="sort"
        )
    wanted = Wanted(title=title, sort=sort, team=team, assignee=assignee)
    return put_task(ticket=held, actor=actor, wanted=wanted)


@transaction.atomic
def finish_task(*, task: Task, actor: User, state: str = TaskState.DONE, result: str = "") -> Task:
    """Say how far a task is, and what came of it."""
    held = hold_open(Problem.objects.get(pk=task.ticket_id), actor)
    if state not in STATES:
        raise Invalid(_("Choose one of %(known)s.") % {"known": ", ".join(STATES)}, field="state")
    said = result.strip()[:10_000]
    return set_task(task=task, ticket=held, actor=actor, state=state, result=said)
