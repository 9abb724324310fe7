"""What an event is about, as rules look at it."""

from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from itsm.core.facts import Situation, subjects
from itsm.core.models import Event
from itsm.people.models import User
from itsm.people.roles import Role
from itsm.tickets.desks import desks
from itsm.tickets.models import Ticket

BOT = "automation"
WITH = ("service__owner_team", "team", "assignee", "caller")


def situation_of(event: Event, *, at: datetime | None = None) -> Situation:
    """The event with its record, looked at now."""
    subject: Any = None
    ticket: Any = None
    if event.subject_type in desks:
        subject = ticket = _ticket(event.subject_type, event.subject_id)
    elif event.subject_type in subjects:
        known = subjects[event.subject_type]
        subject = known.find(event.subject_id)
        ticket_id = known.ticket_id(subject) if subject is not None else None
        ticket = whole_ticket(ticket_id) if ticket_id is not None else None
    return Situation(event, ticket, subject, at or timezone.now())


def situation_of_ticket(ticket: Any, *, at: datetime | None = None) -> Situation:
    """A ticket looked at now, without anything having happened."""
    return Situation(None, ticket, ticket, at or timezone.now())


@cache
def _statement(kind: str) -> str:
    """One ticket of a kind by its id, written once: to write it takes longer than to read it."""
    found = desks[kind].model._default_manager.filter(pk=0).order_by()
    text, _values = found.defer("search").query.sql_with_params()
    return str(text)


def _ticket(kind: str, pk: int) -> Any:
    # What it belongs to is read when a fact asks for it; most never do.
    return next(iter(desks[kind].model._default_manager.raw(_statement(kind), [pk])), None)


def tickets_of(kind: str) -> QuerySet[Any]:
    """The tickets of a kind as rows of that kind, with what facts are read from."""
    return desks[kind].model._default_manager.select_related(*WITH)


def whole_ticket(pk: int) -> Any:
    """The ticket of this id as a row of its kind; None when it is gone."""
    kind = Ticket.objects.filter(pk=pk).values_list("kind", flat=True).first()
    return _ticket(kind, pk) if kind and kind in desks else None


def rule_bot() -> User:
    """The user under whose name rules act that name nobody else."""
    user, _is_new = User.objects.get_or_create(
        username=BOT, defaults={"name": "Automation", "role": Role.MANAGER, "is_bot": True}
    )
    return user
