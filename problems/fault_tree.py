"""A fault tree as rows, each a step deeper than what it leads to: what explains what. Pure.

A row with rows below it happens when one of them does, or when all of them do, as its gate says;
the others are basic: people judge them. What happened needs one of the rows at the top.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

DEEPEST = 6
MOST_SETS = 12
MOST_COMBINED = 2000  # sets looked at, so that no tree takes long
HAPPENED = ("cause", "contributes")
RULED_OUT = "ruled_out"


@dataclass
class Node:
    """A row and the rows below it."""

    label: str
    standing: str = "open"
    takes_all: bool = False
    below: list["Node"] = field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    """Whether what happened is explained (None while nobody knows), what is still to be judged,
    and the smallest sets of basic rows that would have been enough, without those ruled out."""

    is_explained: bool | None
    left: int
    enough: Sequence[Sequence[str]]


def misplaced(depths: Sequence[int]) -> int | None:
    """The first row that is more than one step deeper than the row above it; None when all fit."""
    above = 0
    for place, depth in enumerate(depths):
        if depth > above + 1:
            return place
        above = depth
    return None


def verdict(rows: Sequence[Mapping[str, Any]]) -> Verdict | None:
    """What a tree says; None of one without rows."""
    if not rows:
        return None
    top = _tree(rows)
    basic = list(_basic(top))
    left = sum(_happened(each) is None for each in basic)
    sets = sorted(_smallest(_sets(top)), key=lambda each: (len(each), each))
    return Verdict(_happened(top), left, sets[:MOST_SETS])


def _tree(rows: Sequence[Mapping[str, Any]]) -> Node:
    path = [Node("")]
    for row in rows:
        node = Node(row["label"], row["standing"], row["gate"] == "all")
        # Rows kept before they had to fit stand as deep as they can.
        path = path[: max(1, min(row["depth"], len(path)))]
        path[-1].below.append(node)
        path.append(node)
    return path[0]


def _basic(node: Node) -> Sequence[Node]:
    if not node.below:
        return [node]
    return [each for child in node.below for each in _basic(child)]


def _happened(node: Node) -> bool | None:
    if not node.below:
        return True if node.standing in HAPPENED else False if node.standing == RULED_OUT else None
    known = {_happened(each) for each in node.below}
    deciding = not node.takes_all
    if deciding in known:
        return deciding
    return None if None in known else not deciding


def _sets(node: Node) -> list[tuple[str, ...]]:
    """The sets of basic rows each of which is enough for this one."""
    if not node.below:
        return [] if node.standing == RULED_OUT else [(node.label,)]
    each_of = [_smallest(_sets(each)) for each in node.below]
    if not node.takes_all:
        return [found for sets in each_of for found in sets][:MOST_COMBINED]
    combined: list[tuple[str, ...]] = []
    for chosen in product(*each_of):
        combined.append(tuple(dict.fromkeys(label for found in chosen for label in found)))
        if len(combined) >= MOST_COMBINED:
            break
    return combined


def _smallest(sets: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Those that hold no other of them."""
    kept: list[tuple[str, ...]] = []
    for each in sorted(sets, key=len)[: MOST_SETS * 10]:
        if not any(set(other) <= set(each) for other in kept):
            kept.append(each)
    return kept
