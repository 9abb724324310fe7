"""Putting two people's changes of one record together, field by field; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Typed = Mapping[str, str]


@dataclass(frozen=True)
class Collision:
    """A field both changed, each to something else; ``before`` is None where nobody knows it."""

    name: str
    before: str | None
    theirs: str
    mine: str


@dataclass(frozen=True)
class Merge:
    """What a record would say with both changes, and where one has to choose."""

    values: dict[str, str]
    taken: list[str]
    collisions: list[Collision]


def merged(names: Iterable[str], *, before: Typed, theirs: Typed, mine: Typed) -> Merge:
    """Both changes together: of each field the side that changed it; both sides is a collision."""
    values: dict[str, str] = {}
    taken, collisions = [], []
    for name in names:
        was, other, own = before.get(name), theirs[name], mine[name]
        values[name] = own
        if _same(other, own):
            continue
        if was is not None and _same(was, own):
            values[name] = other
            taken.append(name)
        elif was is None or not _same(was, other):
            collisions.append(Collision(name, was, other, own))
    return Merge(values, taken, collisions)


def _same(one: str, other: str) -> bool:
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
