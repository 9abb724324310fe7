"""The kinds of tickets that have pages: their address, their words and their icon."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from itsm.core.registry import Registry
from itsm.core.whereabouts import whereabouts
from itsm.tickets.columns import USUAL
from itsm.tickets.models import Ticket
from itsm.tickets.narrowing import QueueFilter


@dataclass(frozen=True)
class Desk:
    """Where the tickets of one kind are worked on."""

    kind: str
    model: type[Ticket]
    plural: str
    title: Any
    noun: Any
    icon: str
    # Style sheets its panels need beside the page's own.
    styles: tuple[str, ...] = ()
    filters: type[QueueFilter] = QueueFilter
    # The key that leads there after G, where another kind begins with the same letter.
    key: str = ""
    # The verbs that take a verb back.
    back: Mapping[str, str] = field(default_factory=dict)
    # Where it stands in the navigation: what is looked at most comes first.
    place: int = 50
    # Whether it stands among the records of the navigation, or another page leads to it.
    is_in_nav: bool = True
    # Whether people open them here, or they come about by other work.
    is_opened_here: bool = True
    # The columns of its queue where nobody has chosen any.
    usual: tuple[str, ...] = USUAL

    # Finds the questions in descriptions that are the answers to a form.
    questions: re.Pattern[str] | None = None

    @property
    def address(self) -> str:
        return f"/{self.plural}/"

    def address_of(self, number: str) -> str:
        return f"/{self.plural}/{number}/"

    def form_of(self, description: str) -> str:
        """What stands in a description because a form asked for it."""
        return " ".join(self.questions.findall(description)) if self.questions else ""


desks: Registry[Desk] = Registry("kind of ticket with pages")


def address_of(ticket: Ticket) -> str:
    """The staff page of a ticket."""
    return desks[ticket.kind].address_of(ticket.number)


whereabouts[Ticket] = address_of


def outside_address_of(ticket: Ticket) -> str:
    """Where everybody reads what everybody may know of a ticket: an outage, or a known error."""
    place = "known-errors" if ticket.kind == "problem" else "outages"
    return f"/portal/{place}/{ticket.number}/"
