"""What conditions may ask of tickets, of those concerned, and of what happened to them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.core.facts import FLAG, LIST, NUMBER, Situation, fact
from itsm.inventory.models import Tier
from itsm.people.models import User
from itsm.people.roles import Role
from itsm.people.selectors import slugs_of_teams_of
from itsm.tickets.models import Channel, Level, Phase, Priority
from itsm.tickets.selectors import said_in

LONGEST_AGE = 10**9


def _column(name: str, *, label: Any, sort: str, choices: Sequence[tuple[Any, Any]] = ()) -> None:
    """Declare a column of the ticket as a fact; None for kinds that do not have it."""

    def read(situation: Situation) -> Any:
        return getattr(situation.ticket, name, None)

    fact(f"record.{name}", label=label, sort=sort, choices=choices)(read)


_column("kind", label=_l("Kind of record"), sort="text")
_column("state", label=_l("State"), sort="text")
_column("phase", label=_l("Where it stands"), sort="text", choices=Phase.choices)
_column("priority", label=_l("Priority"), sort=NUMBER, choices=Priority.choices)
_column("impact", label=_l("Impact"), sort=NUMBER, choices=Level.choices)
_column("urgency", label=_l("Urgency"), sort=NUMBER, choices=Level.choices)
_column("title", label=_l("Title"), sort="text")
_column("description", label=_l("Description"), sort="text")
_column("tags", label=_l("Tags"), sort=LIST)
_column("source", label=_l("How it came to us"), sort="text", choices=Channel.choices)
_column("category", label=_l("Category"), sort="text")
_column("subcategory", label=_l("Subcategory"), sort="text")
_column("confidential", label=_l("Is confidential"), sort=FLAG)
_column("major", label=_l("Is a major incident"), sort=FLAG)
_column("on_hold_reason", label=_l("What it waits for"), sort="text")
_column("resolution_code", label=_l("How it was resolved"), sort="text")


@fact("record.team", label=_l("Team (short name)"))
def team(situation: Situation) -> Any:
    """The team that has the ticket."""
    found = situation.ticket and situation.ticket.team
    return found.slug if found else ""


@fact("record.assignee", label=_l("Assignee (user name)"))
def assignee(situation: Situation) -> Any:
    """Who has the ticket."""
    found = situation.ticket and situation.ticket.assignee
    return found.username if found else ""


@fact("record.has_parent", label=_l("Stands below another"), sort=FLAG)
def has_parent(situation: Situation) -> Any:
    """Whether the ticket stands below another."""
    return situation.ticket is not None and situation.ticket.parent_id is not None


@fact("record.age_minutes", label=_l("Minutes since it was opened"), sort=NUMBER)
def age_minutes(situation: Situation) -> Any:
    """How old the ticket is."""
    if situation.ticket is None:
        return None
    return min(int((situation.at - situation.ticket.opened_at).total_seconds() // 60), LONGEST_AGE)


@fact("record.quiet_minutes", label=_l("Minutes since it last changed"), sort=NUMBER)
def quiet_minutes(situation: Situation) -> Any:
    """For how long nothing was changed of the ticket."""
    if situation.ticket is None:
        return None
    return min(int((situation.at - situation.ticket.updated_at).total_seconds() // 60), LONGEST_AGE)


@fact("service.name", label=_l("Service"))
def service_name(situation: Situation) -> Any:
    """The service the ticket is about."""
    found = situation.ticket and situation.ticket.service
    return found.name if found else ""


@fact("service.tier", label=_l("Tier of the service"), sort=NUMBER, choices=Tier.choices)
def service_tier(situation: Situation) -> Any:
    """How much depends on the service; None without one."""
    found = situation.ticket and situation.ticket.service
    return found.tier if found else None


@fact("service.team", label=_l("Team that owns the service"))
def service_team(situation: Situation) -> Any:
    """Who owns the service."""
    found = situation.ticket and situation.ticket.service
    return found.owner_team.slug if found and found.owner_team else ""


def _teams(user: User | None) -> list[str]:
    return slugs_of_teams_of([user.pk]).get(user.pk, []) if user else []


@fact("assignee.teams", label=_l("Teams of the assignee"), sort=LIST)
def assignee_teams(situation: Situation) -> Any:
    """The teams of who has the ticket."""
    return _teams(situation.ticket.assignee if situation.ticket else None)


@fact("caller.username", label=_l("Caller (user name)"))
def caller(situation: Situation) -> Any:
    """Who called."""
    found = situation.ticket and situation.ticket.caller
    return found.username if found else ""


@fact("caller.is_vip", label=_l("Caller is very important"), sort=FLAG)
def caller_is_vip(situation: Situation) -> Any:
    """Whether who called is very important."""
    found = situation.ticket and situation.ticket.caller
    return bool(found and found.is_vip)


@fact("caller.teams", label=_l("Teams of the caller"), sort=LIST)
def caller_teams(situation: Situation) -> Any:
    """The teams of who called."""
    return _teams(situation.ticket.caller if situation.ticket else None)


@fact("actor.username", label=_l("Who did it (user name)"))
def actor(situation: Situation) -> Any:
    """Who brought the event about."""
    found = situation.event and situation.event.actor
    return found.username if found else ""


@fact("actor.role", label=_l("Role of who did it"), choices=Role.choices)
def actor_role(situation: Situation) -> Any:
    """What who brought the event about is to the house."""
    found = situation.event and situation.event.actor
    return found.role if found else ""


@fact("actor.is_program", label=_l("A program did it"), sort=FLAG)
def actor_is_program(situation: Situation) -> Any:
    """Whether a program brought the event about."""
    found = situation.event and situation.event.actor
    return bool(found and found.is_bot)


@fact("event.name", label=_l("What happened"))
def event_name(situation: Situation) -> Any:
    """The name of the event."""
    return situation.event.name if situation.event else ""


@fact("event.changed", label=_l("What was changed"), sort=LIST)
def event_changed(situation: Situation) -> Any:
    """The columns the event changed."""
    diff = situation.event.data.get("diff") if situation.event else None
    return sorted(each.removesuffix("_id") for each in diff) if isinstance(diff, dict) else []


@fact("event.from", label=_l("State before"))
def event_from(situation: Situation) -> Any:
    """The state a transition began in."""
    return str(situation.event.data.get("from", "")) if situation.event else ""


@fact("event.said", label=_l("What was said"))
def event_said(situation: Situation) -> Any:
    """The words of the reply or note the event tells of."""
    comment = situation.event.data.get("comment") if situation.event else None
    return said_in(comment) if isinstance(comment, int) else ""
