"""Giving a ticket of any kind to a team or a person, and back; the caller's transition saves it."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Invalid, Refused
from itsm.people.models import Team, User
from itsm.tickets.fields import Field, Flag, Person, TeamName
from itsm.tickets.models import Ticket

GIVE_FIELDS: list[Field] = [
    TeamName(name="team", label=_l("Team")),
    Person(name="assignee", label=_l("Assignee")),
]
GIVE_BACK_FIELDS: list[Field] = [Flag(name="team", label=_l("Take it from the team as well"))]


def give(ticket: Ticket, *, team: Team | None, assignee: User | None) -> None:
    """Give it to a team, a person, or both; another team alone takes it from its person."""
    if team is None and assignee is None:
        raise Invalid(_("Name a team or a person."), field="assignee")
    if team and assignee is None and team != ticket.team:
        ticket.assignee = None
    ticket.team = team or ticket.team
    ticket.assignee = assignee or ticket.assignee
    ticket.assigned_at = ticket.assigned_at or timezone.now()


def give_back(ticket: Ticket, *, team: bool) -> None:
    """Take it from its person, and from its team as well if asked to."""
    if ticket.assignee_id is None and not (team and ticket.team_id):
        raise Refused(_("Nobody has %(number)s.") % {"number": ticket.number})
    ticket.assignee = None
    if team:
        ticket.team = None
