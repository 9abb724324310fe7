"""Small pictures of series, drawn here so that pages need no script for them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 240, 48, 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """The line of a series and of the day before, and where on it something is marked."""

    line: str
    day_before: str
    level: float
    since: float
    began: float


def drawing_of(
    points: Sequence[Sequence[float | None]],
    *,
    level: float,
    since: float,
    began: float,
    span: float,
    day_before: Sequence[Sequence[float | None]] = (),
) -> Drawing:
    """The picture of some points; times are seconds since the left edge, which spans so many."""
    known, before = _known(points), _known(day_before)
    heights = [y for _x, y in (*known, *before)] + [level]
    low, high = min(heights), max(heights)
    width = max(span, 1.0)

    def across(seconds: float) -> float:
        return round(WIDTH * min(max(seconds / width, 0.0), 1.0), 1)

    def up(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 1)

    def path(pairs: Sequence[tuple[float, float]]) -> str:
        moves = [f"{across(x)} {up(y)}" for x, y in pairs]
        return f"M{' L'.join(moves)}" if moves else ""

    return Drawing(path(known), path(before), up(level), across(since), across(began))


def _known(points: Sequence[Sequence[float | None]]) -> list[tuple[float, float]]:
    return [(x, y) for x, y in points if x is not None and y is not None]


def plainly(value: float) -> str:
    """A number as people read it: three digits that count, and a letter for what is large."""
    for bound, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= bound:
            return f"{value / (1e3 if letter == 'k' else bound):.3g}{letter}"
    return f"{value:.3g}"
