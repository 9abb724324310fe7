"""Reply templates: who may use which, and what stands in their placeholders."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import NotFound
from itsm.people.models import User
from itsm.tickets.models import ReplyTemplate, Ticket

MOST_OFFERED = 8
PLACEHOLDER = re.compile(r"{(\w*)}")
PLACEHOLDERS: Mapping[str, Any] = {
    "caller": _l("the first name of who reported it"),
    "number": _l("the number of the record"),
    "title": _l("its title"),
    "service": _l("its service"),
    "agent": _l("your name"),
}
FILLED_BY: Mapping[str, Callable[[Ticket, User], str]] = {
    "caller": lambda ticket, _agent: _first_name(ticket.caller or ticket.opened_by),
    "number": lambda ticket, _agent: ticket.number,
    "title": lambda ticket, _agent: ticket.title,
    "service": lambda ticket, _agent: str(ticket.service or _("the service")),
    "agent": lambda _ticket, agent: str(agent),
}


def templates_of(user: User) -> QuerySet[ReplyTemplate]:
    """The templates this person may use: everybody's, those of the own teams, and the own."""
    teams = user.memberships.values("team")
    everybodys = Q(owner=None, team=None)
    usable = ReplyTemplate.objects.filter(everybodys | Q(team__in=teams) | Q(owner=user))
    return usable.select_related("team", "owner")


def template_for(user: User, template_id: int) -> ReplyTemplate:
    """One template; NotFound when there is none this person may use."""
    found = templates_of(user).filter(pk=template_id).first()
    if found is None:
        raise NotFound("There is no such template.")
    return found


def offered(user: User, ticket: Ticket, text: str) -> list[tuple[ReplyTemplate, str]]:
    """The templates whose name or text holds these words, filled in for a ticket."""
    found = templates_of(user)
    for word in text.split()[:5]:
        found = found.filter(Q(name__icontains=word) | Q(body__icontains=word))
    return [(each, filled(each.body, ticket, user)) for each in found[:MOST_OFFERED]]


def filled(text: str, ticket: Ticket, agent: User) -> str:
    """The text with its placeholders filled in; what is none stays as it stands."""

    def value(found: re.Match[str]) -> str:
        fill = FILLED_BY.get(found[1])
        return fill(ticket, agent) if fill else found[0]

    return PLACEHOLDER.sub(value, text)


def unknown_placeholders(text: str) -> list[str]:
    """What stands in braces without being a placeholder."""
    return [name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def _first_name(user: User) -> str:
    return (user.name or user.username).split()[0]
