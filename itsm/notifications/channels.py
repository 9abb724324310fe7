"""What a way of telling people must be: something that takes a message to its recipient.

``send`` may be called twice with the same message after a crash; it hands the message's
``identity`` on, so that the other side can drop the second.
"""

from dataclasses import dataclass
from typing import Protocol

from itsm.core.registry import Registry
from itsm.people.models import User


@dataclass(frozen=True)
class Letter:
    """A message as a channel gets it: plain text, never a template."""

    identity: str
    recipient: User
    subject: str
    body: str


class Channel(Protocol):
    """A way of telling people."""

    def can_reach(self, user: User) -> bool:
        """Whether this person can be told this way."""

    def send(self, letter: Letter) -> None:
        """Take the letter there; any exception means that it is tried again."""


channels: Registry[type[Channel]] = Registry("channel")
