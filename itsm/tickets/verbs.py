"""What rules and macros can have done to tickets of every kind, beside the transitions."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Invalid, NotFound, Refused
from itsm.core.verbs import Reason, verb
from itsm.inventory.fields import ServiceName
from itsm.people.models import User
from itsm.tickets import actions
from itsm.tickets.fields import (
    Anybody,
    Choice,
    Field,
    Line,
    Lines,
    Number,
    Person,
    TeamName,
    TicketNumber,
)
from itsm.tickets.models import Level, Link, Ticket
from itsm.tickets.selectors import ticket_for
from itsm.tickets.workflow import workflows

Values = Mapping[str, Any]


@verb(
    "assign",
    label=_l("Assign"),
    fields=[
        TeamName(name="team", label=_l("Team")),
        Person(name="assignee", label=_l("Assignee")),
    ],
)
def assign(ticket: Ticket, *, actor: User, values: Values, reason: Reason) -> str:
    """Give the ticket to a team, a person, or both."""
    transition = workflows[ticket.kind].transitions.get("assign")
    if transition is None:
        raise Refused(_("%(number)s cannot be assigned.") % {"number": ticket.number})
    done = transition.perform(ticket, actor=actor, **values)
    return f"{done.team or ''} {done.assignee or ''}".strip()


@verb(
    "set",
    label=_l("Set"),
    help=_l("What is left empty stays as it is."),
    fields=[
        Number(name="impact", label=_l("Impact, 1 high to 3 low"), least=1, most=3),
        Number(name="urgency", label=_l("Urgency, 1 high to 3 low"), least=1, most=3),
        ServiceName(name="service", label=_l("Service")),
        Line(name="category", label=_l("Category"), max_length=60),
        Line(name="title", label=_l("Title")),
        Lines(name="add_tags", label=_l("Add tags")),
        Lines(name="remove_tags", label=_l("Take tags away")),
    ],
)
def set_columns(ticket: Ticket, *, actor: User, values: Values, reason: Reason) -> str:
    """Change what the ticket says of itself."""
    plain = {
        name: Level(value) if name in ("impact", "urgency") else value
        for name, value in values.items()
        if value and not name.endswith("_tags")
    }
    has_tags = bool(values["add_tags"] or values["remove_tags"])
    if not plain and not has_tags:
        raise Invalid(_("Say what is to be set."))

    def changes(held: Ticket) -> Values:
        if not has_tags:
            return plain
        tags = {*held.tags, *values["add_tags"]} - set(values["remove_tags"])
        return {**plain, "tags": sorted(tags)}

    actions.edit(ticket=ticket, actor=actor, changes=changes)
    return ", ".join(sorted([*plain, *(["tags"] if has_tags else [])]))


@verb(
    "link",
    label=_l("Link"),
    fields=[
        TicketNumber(name="ticket", label=_l("Number of the other record"), required=True),
        Choice(name="sort", label=_l("How it stands to it"), choices=Link.Sort.choices),
    ],
)
def link(ticket: Ticket, *, actor: User, values: Values, reason: Reason) -> str:
    """Say how the ticket stands to another."""
    try:
        other = ticket_for(actor, values["ticket"])
    except NotFound as missing:
        raise Invalid(str(missing), field="ticket") from None
    actions.link(
        ticket=ticket, other=other, sort=values["sort"] or Link.Sort.RELATES_TO, actor=actor
    )
    return str(other.number)


BODY = Field(name="body", label=_l("Text"), required=True, max_length=20_000)


@verb("comment", label=_l("Reply to the caller"), fields=[BODY])
def comment(ticket: Ticket, *, actor: User, values: Values, reason: Reason) -> None:
    """Say something that the caller reads."""
    actions.comment(ticket=ticket, actor=actor, body=values["body"], public=True)


@verb("note", label=_l("Write a work note"), fields=[BODY])
def note(ticket: Ticket, *, actor: User, values: Values, reason: Reason) -> None:
    """Write a note that staff read."""
    actions.comment(ticket=ticket, actor=actor, body=values["body"], public=False)


@verb(
    "watch",
    label=_l("Let somebody watch"),
    fields=[Anybody(name="person", label=_l("Person"), required=True)],
)
def watch(ticket: Ticket, *, actor: User, values: Values, reason: Reason) -> str:
    """Let somebody hear of the ticket from now on."""
    actions.watch(ticket=ticket, user=values["person"], actor=actor)
    return str(values["person"])
