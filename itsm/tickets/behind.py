"""What is behind an event that no person brought about: the rooms that act by themselves tell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from itsm.core.models import Event
from itsm.core.registry import Registry
from itsm.people.models import User


@dataclass(frozen=True)
class Behind:
    """What brought an event about, in words, and where it is shown, if this person may see it."""

    words: str
    icon: str
    address: str = ""


# Given the reader and events, what is behind those it knows of, by their ids.
Teller = Callable[[User, Sequence[Event]], Mapping[int, Sequence[Behind]]]
tellers: Registry[Teller] = Registry("teller")


def behind_of(user: User, events: Sequence[Event]) -> dict[int, list[Behind]]:
    """What is behind each of these events, as far as this person may know."""
    found: dict[int, list[Behind]] = {}
    for tell in tellers.values():
        for pk, told in tell(user, events).items():
            found.setdefault(pk, []).extend(told)
    return found
