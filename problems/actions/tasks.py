"""The tasks of a problem."""

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import Team, User
from itsm.tickets.actions.tasks import Wanted, put_task, set_task
from itsm.tickets.models import Task, TaskSort, TaskState
from itsm.tickets.permissions import may_work
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
    held = _held(problem, actor)
    if sort not in OF_PROBLEMS:
        raise Invalid(
            _("Choose one of %(known)s.") % {"known": ", ".join(OF_PROBLEMS)}, field="sort"
        )
    wanted = Wanted(title=title, sort=sort, team=team, assignee=assignee)
    return put_task(ticket=held, actor=actor, wanted=wanted)


@transaction.atomic
def finish_task(*, task: Task, actor: User, state: str = TaskState.DONE, result: str = "") -> Task:
    """Say how far a task is, and what came of it."""
    held = _held(Problem.objects.get(pk=task.ticket_id), actor)
    if state not in STATES:
        raise Invalid(_("Choose one of %(known)s.") % {"known": ", ".join(STATES)}, field="state")
    said = result.strip()[:10_000]
    return set_task(task=task, ticket=held, actor=actor, state=state, result=said)


def _held(problem: Problem, actor: User) -> Problem:
    if not may_work(actor, problem, "problems.work"):
        raise NotAllowed(_("You may not work on %(number)s.") % {"number": problem.number})
    held = problem.lock()
    if held.phase == "closed":
        raise Refused(_("%(number)s is over.") % {"number": held.number})
    return held
