"""What colleagues are told of somebody: who it is, and what he has open."""

from itsm.people.models import Membership, User
from itsm.tickets.models import OPEN_PHASES, Ticket
from itsm.tickets.queues import rows_of

MOST_ROWS = 25


def places_of(person: User) -> list[Membership]:
    """The teams of somebody, those he leads first."""
    return list(person.memberships.select_related("team").order_by("-is_lead", "team__name"))


def open_work_of(user: User, person: User) -> list[Ticket]:
    """What somebody has open, as far as the asking person may see it, the worst first."""
    rows = rows_of(user).filter(assignee=person, phase__in=OPEN_PHASES)
    return list(rows.order_by("priority", "-pk")[:MOST_ROWS])


def reported_by(user: User, person: User) -> list[Ticket]:
    """What somebody called about lately."""
    rows = rows_of(user).filter(caller=person)
    return list(rows.order_by("-pk")[:8])
