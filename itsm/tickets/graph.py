"""Links of a record as a small drawing: the record on the left, what it is linked to beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from itsm.tickets.models import Ticket

WIDTH, ROW, GAP = 304, 34, 10
OWN_WIDTH, OTHER_WIDTH = 76, 148
MOST = 8


@dataclass(frozen=True)
class Node:
    """One record in the drawing: where its box stands, and the line that leads to it."""

    ticket: Ticket
    words: Any
    y: int
    line: str
    word_y: int


@dataclass(frozen=True)
class Graph:
    """A drawing of links, ready for a template."""

    nodes: Sequence[Node]
    height: int
    own_y: int
    width: int = WIDTH
    own_width: int = OWN_WIDTH
    other_width: int = OTHER_WIDTH
    row: int = ROW

    @property
    def other_x(self) -> int:
        return self.width - self.other_width


def graph_of(links: Sequence[tuple[Any, Ticket]]) -> Graph | None:
    """The drawing of these links, each with its words; None when there is nothing to draw."""
    shown = links[:MOST]
    if not shown:
        return None
    height = len(shown) * (ROW + GAP) - GAP
    own_y = (height - ROW) // 2
    start, end = OWN_WIDTH, WIDTH - OTHER_WIDTH
    middle, from_y = (start + end) // 2, own_y + ROW // 2
    nodes = []
    for place, (words, ticket) in enumerate(shown):
        y = place * (ROW + GAP)
        to_y = y + ROW // 2
        line = f"M{start} {from_y}C{middle} {from_y} {middle} {to_y} {end} {to_y}"
        nodes.append(Node(ticket, words, y, line, to_y))
    return Graph(nodes, height, own_y)
