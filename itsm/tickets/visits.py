"""What is done when somebody opens the page of a ticket: rooms above put themselves in."""

from collections.abc import Callable

from itsm.core.registry import Registry
from itsm.people.models import User
from itsm.tickets.models import Ticket

visits: Registry[Callable[[User, Ticket], None]] = Registry("visit")


def visited(user: User, ticket: Ticket) -> None:
    """Somebody looks at a ticket, which he may see."""
    for each in visits.values():
        each(user, ticket)
