"""What a transition asks for; the fields of the house, and one that names another ticket."""

from dataclasses import dataclass, field
from typing import Any

from itsm.core.fields import Choice, Day, Field, Flag, Instant, Line, Lines, Number, cleaned
from itsm.people.fields import Anybody, Person, TeamName


@dataclass(frozen=True, kw_only=True)
class TicketNumber(Line):
    """Another ticket, by its number; whether it may be seen is judged by the action.

    ``is_held`` says that the other is changed as well, and has to be held meanwhile.
    """

    max_length: int = 20
    is_held: bool = False
    sort: str = field(default="ticket", init=False)

    def parse(self, raw: Any) -> Any:
        return super().parse(raw).upper()


__all__ = [
    "Anybody",
    "Choice",
    "Day",
    "Field",
    "Flag",
    "Instant",
    "Line",
    "Lines",
    "Number",
    "Person",
    "TeamName",
    "TicketNumber",
    "cleaned",
]
