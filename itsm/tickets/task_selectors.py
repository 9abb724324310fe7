"""Questions about tasks, whatever their tickets are."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from itsm.core.errors import NotFound
from itsm.core.kept_questions import kept_question
from itsm.people.models import User
from itsm.people.readers import Sort, one_of, sort_of
from itsm.people.selectors import team_ids_of
from itsm.tickets.models import OPEN_STATES, Task, Ticket
from itsm.tickets.selectors import visible_tickets


def visible_tasks(user: User) -> QuerySet[Task]:
    """The tasks of tickets this person may see; they are for staff only."""
    if not user.has_perm("tickets.view_all"):
        return Task.objects.none()
    tasks = Task.objects.select_related("ticket", "team", "assignee")
    if user.has_perm("tickets.view_confidential"):
        return tasks
    seen: QuerySet[Any] = visible_tickets(user).select_related(None).filter(confidential=True)
    return tasks.filter(Q(ticket__confidential=False) | Q(ticket__in=seen.values("pk")))


def tasks_waiting_for(user: User, whose: str) -> QuerySet[Task]:
    """The open tasks that are this person's, his teams' without anybody's name, or all."""
    tasks = visible_tasks(user).filter(state__in=OPEN_STATES)
    if whose == "mine":
        tasks = tasks.filter(assignee=user)
    elif whose == "team":
        tasks = tasks.filter(team__in=team_ids_of(user))
    return tasks.order_by(F("due_at").asc(nulls_last=True), "pk")


def first_tasks_of(user: User, *, most: int) -> list[Task]:
    """The first of the open tasks that are this person's."""
    return _first_tasks(user.pk, sort=sort_of(user), most=most)


@kept_question
def _first_tasks(user: int, *, sort: Sort, most: int) -> QuerySet[Task]:
    return tasks_waiting_for(one_of(sort, user), "mine")[:most]


def tasks_of(ticket: Ticket) -> QuerySet[Task]:
    """The tasks of a ticket, in their order."""
    tasks = Task.objects.filter(ticket=ticket.pk)
    return tasks.select_related("assignee", "ticket").order_by("position", "pk")


def task_of(ticket: Ticket, pk: int) -> Task:
    """One task of a ticket; NotFound when it has none such."""
    task = tasks_of(ticket).filter(pk=pk).first()
    if task is None:
        raise NotFound(_("There is no such task."))
    return task


def task_for(user: User, pk: int) -> Task:
    """One task; NotFound when there is none this person may see."""
    task = visible_tasks(user).filter(pk=pk).first()
    if task is None:
        raise NotFound(_("There is no such task."))
    return task
