"""What a way of telling must be: something that takes a letter to an address.

``send`` may be called twice with the same letter after a crash; it hands the letter's ``identity``
on, so that the other side can drop the second.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Protocol

from itsm.core.registry import Registry
from itsm.people.models import User


@dataclass(frozen=True)
class Button:
    """Something to be pressed where the channel has buttons that are heard."""

    action: str
    value: str
    label: str


@dataclass(frozen=True)
class Section:
    """One thing to tell: all of it plain text, already in the recipient's language."""

    heading: str
    lead: str
    link: str
    said: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    why: str = ""
    priority: int | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Enclosure:
    """A file that goes with a letter where the channel carries files."""

    name: str
    text: str
    media: str


@dataclass(frozen=True)
class Letter:
    """What a channel gets: one thing to tell, or several together."""

    identity: str
    subject: str
    sections: tuple[Section, ...]
    language: str = "en"
    thread: str = ""
    choices_link: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    enclosures: tuple[Enclosure, ...] = ()


class Down(Exception):  # noqa: N818 a fact about the target
    """The target cannot be reached now: what waits for it waits longer."""

    def __init__(self, sentence: str, *, after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.after = after


class Rejected(Exception):  # noqa: N818 a fact about the letter
    """The target does not take this letter, and will not take it later."""


class Channel(Protocol):
    """A way of telling."""

    title: ClassVar[Any]
    is_personal: ClassVar[bool]

    def is_open(self) -> bool:
        """Whether this installation has it."""

    def address_of(self, user: User) -> str:
        """Where this person is reached; empty when nowhere."""

    def send(self, letter: Letter, *, address: str) -> None:
        """Take the letter there; Down, Rejected, or any other error to try this one again."""


class Room:
    """A way that leads to a room of a chat, whose address an administrator gave."""

    is_personal: ClassVar[bool] = False

    def is_open(self) -> bool:
        return True

    def address_of(self, _user: User) -> str:
        return ""


channels: Registry[type[Channel]] = Registry("channel")


def personal_channels() -> dict[str, Channel]:
    """The ways of this installation that lead to a person outside the product."""
    ways = {name: way() for name, way in channels.items() if way.is_personal}
    return {name: way for name, way in ways.items() if way.is_open()}


def room_kinds() -> list[tuple[str, Any]]:
    """The chats that have rooms, as choices."""
    return [(name, way.title) for name, way in channels.items() if not way.is_personal]
