"""What the API does with tickets of every kind; a room adds its shape, its fields, its workflow."""

from itsm.tickets.api.tickets import TicketCollection
from itsm.tickets.api.transitions import transition_routes

__all__ = ["TicketCollection", "transition_routes"]
