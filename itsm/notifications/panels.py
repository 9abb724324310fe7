"""What the page of a record has to do with telling: opening it reads what was told of it."""

from itsm.notifications import actions
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.visits import visits


@visits.add("inbox")
def read_inbox(user: User, ticket: Ticket) -> None:
    """Who looks at a record has read what the inbox says of it."""
    actions.note_visit(user=user, ticket=ticket)
