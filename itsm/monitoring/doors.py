"""Port: the rooms above whose tools post to the same addresses as monitoring tools.

There is one door and one set of addresses: monitoring looks for a source of its own first, because
every millisecond counts there in a storm, and then asks whoever registered here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from itsm.core.registry import Registry
from itsm.monitoring.bodies import unpacked
from itsm.monitoring.credentials import Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What was posted to an address."""

    slug: str
    credentials: Credentials
    content_type: str
    now: datetime

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, whatever their case."""
        return self.credentials.headers

    @property
    def body(self) -> bytes:
        """The body as it came, which is what signatures are made of."""
        return self.credentials.body

    @property
    def content(self) -> bytes:
        """What the body holds; TooLarge or Malformed when it was packed and cannot be read."""
        return unpacked(self.body, encoding=self.headers.get("Content-Encoding", ""))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tool is told: some values as JSON, or ``raw`` in the words of its own protocol."""

    status: int
    content: Mapping[str, Any] = field(default_factory=dict)
    raw: bytes | None = None
    content_type: str = "application/json"


class Door(Protocol):
    """A room that listens to tools of its own."""

    def kinds(self) -> Collection[str]:
        """The kinds of tools it listens to."""
        ...

    def has(self, slug: str) -> bool:
        """Whether one of its tools posts to this address."""
        ...

    def connect(self, *, kind: str, name: str) -> tuple[str, str]:
        """Let a tool post; its address and, this once, its token."""
        ...

    def receive(self, post: Post) -> Answer | None:
        """Take in a post; None when the address is not one of its own, NotFound when the token is
        wrong, Malformed when it cannot be read."""
        ...


doors: Registry[Door] = Registry("door")


def is_taken(slug: str) -> bool:
    """Whether a tool of another room posts to this address."""
    return any(door.has(slug) for door in doors.values())
