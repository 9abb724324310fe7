"""What the command palette and the search page find beside actions: each room adds its source."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from itsm.core.registry import Registry


@dataclass(frozen=True)
class Found:
    """One thing that was found: where it is, and how it is told from others."""

    title: str
    address: str
    icon: str
    number: str = ""
    detail: str = ""


# Given the person who asks, his words and how many are wanted; finds nothing he may not see.
Find = Callable[[Any, str, int], Sequence[Found]]


@dataclass(frozen=True)
class Source:
    """One sort of things that can be found by words."""

    title: Any
    find: Find
    order: int


palette_sources: Registry[Source] = Registry("palette source")


def palette_source(name: str, *, title: Any, order: int = 50) -> Callable[[Find], Find]:
    """Let the palette find things of one more sort; the lowest order comes first."""

    def register(find: Find) -> Find:
        palette_sources.add(name)(Source(title, find, order))
        return find

    return register


def found_by(
    user: Any, text: str, *, most: int, without: Collection[str] = ()
) -> list[tuple[str, Source, Sequence[Found]]]:
    """What each source finds, leaving out those that find nothing."""
    sources = sorted(palette_sources.items(), key=lambda each: each[1].order)
    asked = [each for each in sources if each[0] not in without]
    found = [(name, source, source.find(user, text, most)) for name, source in asked]
    return [each for each in found if each[2]]
