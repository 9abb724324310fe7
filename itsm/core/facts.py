"""Facts: what conditions may ask of an event, its record, and the moment, each by its name.

Rooms add theirs in their ``facts.py``. A fact only reads, and is read once for an event however
many conditions ask for it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from itsm.core.models import Event
from itsm.core.registry import Registry

# The sorts of values, as conditions compare them.
TEXT, NUMBER, FLAG, LIST = "text", "number", "flag", "list"


@dataclass
class Situation:
    """An event, what it is about, and when it is looked at; facts are kept once they are read.

    ``subject`` is what the event is about, ``ticket`` that itself or the ticket it belongs to.
    """

    event: Event | None
    ticket: Any
    subject: Any
    at: datetime
    known: dict[str, Any] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """What the fact of this name is here; None where it makes no sense."""
        if name not in self.known:
            self.known[name] = facts[name].read(self)
        return self.known[name]


Read = Callable[[Situation], Any]


@dataclass(frozen=True)
class Fact:
    """Something conditions may ask for: its sort, its words, and how it is read."""

    name: str
    label: Any
    sort: str
    read: Read
    choices: Sequence[tuple[Any, Any]] = ()


facts: Registry[Fact] = Registry("fact")


def fact(
    name: str, *, label: Any, sort: str = TEXT, choices: Sequence[tuple[Any, Any]] = ()
) -> Callable[[Read], Read]:
    """Declare how a fact is read."""

    def register(read: Read) -> Read:
        facts.add(name)(Fact(name, label, sort, read, choices))
        return read

    return register


@dataclass(frozen=True)
class Subject:
    """How what an event is about is found by its id, and which ticket it belongs to."""

    find: Callable[[int], Any]
    ticket_id: Callable[[Any], int | None]


# By the sort of subject that events name; tickets are found by their kind.
subjects: Registry[Subject] = Registry("subject")
