"""Who is told of which event, and why; reads people, writes nothing."""

from collections.abc import Callable, Iterable

from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.models import Ticket

Reason = str
Chosen = Iterable[tuple[int | None, Reason]]


def _caller(ticket: Ticket) -> Chosen:
    return [(ticket.caller_id, "caller")]


def _assignee(ticket: Ticket) -> Chosen:
    return [(ticket.assignee_id, "assignee")]


def _assignee_or_team(ticket: Ticket) -> Chosen:
    if ticket.assignee_id is not None:
        return _assignee(ticket)
    members = User.objects.filter(memberships__team=ticket.team_id).values_list("pk", flat=True)
    return [(each, "team") for each in members] if ticket.team_id else []


def _watchers(ticket: Ticket) -> Chosen:
    return [(each, "watcher") for each in ticket.watchers.values_list("user_id", flat=True)]


Group = Callable[[Ticket], Chosen]

# By the last part of the event's name, for every kind of ticket.
CONCERNED: dict[str, tuple[Group, ...]] = {
    "opened": (_assignee_or_team, _caller),
    "assigned": (_assignee_or_team,),
    "raised": (_assignee_or_team,),
    "commented": (_caller, _assignee, _watchers),
    "noted": (_assignee,),
    "paused": (_watchers,),
    "resolved": (_caller, _assignee, _watchers),
    "reopened": (_assignee_or_team, _watchers),
    "closed": (_watchers,),
    "canceled": (_caller, _assignee, _watchers),
}


def concerned(event: Event, ticket: Ticket) -> list[tuple[User, Reason]]:
    """Who is to be told of the event and why, each once, without its actor and without programs."""
    groups = CONCERNED.get(event.name.rpartition(".")[2], ())
    reasons: dict[int, Reason] = {}
    for pk, reason in (chosen for group in groups for chosen in group(ticket)):
        if pk is not None and pk != event.actor_id:
            reasons.setdefault(pk, reason)
    people = User.objects.filter(pk__in=reasons, is_active=True, is_bot=False).order_by("pk")
    return [(each, reasons[each.pk]) for each in people if each.is_staffer or event.public]
