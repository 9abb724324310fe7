"""Who wants to hear of what, and when.

    INSIDE   in the same transaction; database work only; an error undoes the action
    AFTER    once committed, at least once, retried; must be idempotent; may talk to the world
    LIVE     once committed, at most once, at once; only to refresh screens

INSIDE handlers take all the events of one ``publish`` at once, because a storm of alerts must cost
a few queries, not a few per alert. The others take one event.
"""

import enum
import fnmatch
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from itsm.core.models import Event

Handler = TypeVar("Handler", bound=Callable[..., None])


class Moment(enum.Enum):
    INSIDE = "inside"
    AFTER = "after"
    LIVE = "live"


@dataclass(frozen=True)
class Subscriber:
    """A function that asked to be told of some events, at one moment."""

    name: str
    patterns: tuple[str, ...]
    moment: Moment
    handler: Callable[..., Any]
    # Only database work: it is done and paid for in one transaction, so exactly once.
    is_whole: bool = False
    # Of an edit it wants to hear only where one of these columns changed; of any where none is.
    columns: frozenset[str] = frozenset()
    # It looks how the subject stands: one look pays for all that happened to that before.
    coalesces: bool = False

    def wants(self, event_name: str) -> bool:
        return any(fnmatch.fnmatchcase(event_name, pattern) for pattern in self.patterns)

    def cares(self, event: Event) -> bool:
        """Whether an event of a name it wants says anything new to it."""
        if not self.columns or not event.name.endswith(".edited"):
            return True
        return not self.columns.isdisjoint(event.data.get("diff", ()))


_subscribers: dict[str, Subscriber] = {}


def on(
    *patterns: str,
    moment: Moment,
    is_whole: bool = False,
    columns: Collection[str] = (),
    coalesces: bool = False,
) -> Callable[[Handler], Handler]:
    """Subscribe a function to the events whose names match.

    What hears AFTER and does database work alone is ``is_whole``: its work and its payment are one.
    Of edits, what hears AFTER is owed only those that changed one of its ``columns``.
    What hears AFTER and reads of an event only its subject ``coalesces``: it is told the last of
    those that are due, and has heard them all. So a storm of alerts on one incident is one look.
    """

    def subscribe(handler: Handler) -> Handler:
        name = f"{handler.__module__}.{handler.__name__}"
        _subscribers[name] = Subscriber(
            name, patterns, moment, handler, is_whole, frozenset(columns), coalesces
        )
        listeners.cache_clear()
        return handler

    return subscribe


def coalesces(name: str) -> bool:
    """Whether one look at a subject is enough for the subscriber of this name, if there is one."""
    return name in _subscribers and _subscribers[name].coalesces


def named(name: str) -> Subscriber:
    """The subscriber of this name; LookupError when the code that knew it is gone."""
    if name not in _subscribers:
        raise LookupError(f"No subscriber is named {name!r} any more.")
    return _subscribers[name]


@cache
def listeners(event_name: str, moment: Moment) -> tuple[Subscriber, ...]:
    """Everyone who wants this event at this moment, in the order they subscribed."""
    return tuple(
        each for each in _subscribers.values() if each.moment is moment and each.wants(event_name)
    )
