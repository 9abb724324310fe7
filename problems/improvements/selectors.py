"""Questions about improvements."""

from django.db.models import QuerySet

from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import visible_tickets
from problems.improvements.models import Improvement


def improvements_from(user: User, ticket: Ticket) -> QuerySet[Improvement]:
    """The improvements a record gave the idea of, as far as this person may see them."""
    found: QuerySet[Improvement] = visible_tickets(user, Improvement).filter(came_from=ticket.pk)
    return found.order_by("-pk")
