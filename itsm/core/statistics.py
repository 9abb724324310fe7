"""Honest figures: a middle with how sure it is, and whether two of them differ at all. Pure.

Medians come with the interval of two order statistics, shares with Wilson's, means with that of
the normal law. Each covers the truth nineteen times in twenty; where many are compared with one,
each is so much wider that all of them together do. Two figures are said to differ only where their
intervals leave a gap, and nothing is said of fewer than ten rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from statistics import NormalDist

LEAST = 10  # rows, below which nothing is compared
SURE = 0.95
BETTER, WORSE, SAME, UNKNOWN = "better", "worse", "same", "unknown"


@dataclass(frozen=True)
class Figure:
    """A middle, from where to where it may well be, and the number and sum of its rows."""

    count: int = 0
    middle: float | None = None
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    total: float = 0.0

    @property
    def is_enough(self) -> bool:
        """Whether there are enough rows to compare it with others."""
        return self.count >= LEAST and self.low is not None


NOTHING = Figure()


def width(*, among: int = 1) -> float:
    """How many deviations to either side are needed for each of so many to be sure together."""
    return NormalDist().inv_cdf(1 - (1 - SURE) / 2 / max(among, 1))


def places(count: int, *, among: int = 1) -> tuple[int, int]:
    """Which of so many ordered values, counted from one, the median lies between."""
    spread = width(among=among) * sqrt(count)
    return max(floor((count - spread) / 2), 1), min(ceil((count + spread) / 2) + 1, count)


def median_of(values: Sequence[float], *, among: int = 1) -> Figure:
    """The median of values with its interval, as the database computes it, too."""
    if not values:
        return NOTHING
    ordered, count = sorted(values), len(values)
    low, high = places(count, among=among)
    middle = (ordered[(count + 1) // 2 - 1] + ordered[count // 2]) / 2
    total = sum(ordered)
    return Figure(count, middle, ordered[low - 1], ordered[high - 1], total / count, total)


def share_of(hits: float, count: int, *, among: int = 1) -> Figure:
    """The share of hits with Wilson's interval."""
    if not count:
        return NOTHING
    z, share = width(among=among), hits / count
    scale = 1 + z * z / count
    centre = (share + z * z / (2 * count)) / scale
    half = z / scale * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    low, high = max(centre - half, 0.0), min(centre + half, 1.0)
    return Figure(count, share, min(low, share), max(high, share), share, hits)


def mean_of(mean: float, deviation: float, count: int, *, among: int = 1) -> Figure:
    """A mean, of numbers not below zero, with the interval of the normal law."""
    if not count:
        return NOTHING
    half = width(among=among) * deviation / sqrt(count)
    return Figure(count, mean, max(mean - half, 0.0), mean + half, mean, mean * count)


def sum_of(mean: float, deviation: float, count: int) -> Figure:
    """A sum is what it is; how sure it is comes from what chance does to the number of its rows."""
    if not count:
        return Figure(0, 0.0)
    squares = deviation * deviation * (count - 1) + count * mean * mean
    total, half = mean * count, width() * sqrt(squares)
    return Figure(count, total, max(total - half, 0.0), total + half, mean, total)


def verdict(now: Figure, before: Figure, *, is_less_better: bool) -> str:
    """Whether it became better or worse, or whether nobody can say so."""
    if not (now.is_enough and before.is_enough):
        return UNKNOWN
    if _is_above(before, now):
        return BETTER if is_less_better else WORSE
    if _is_above(now, before):
        return WORSE if is_less_better else BETTER
    return SAME


def stands_out(part: Figure, whole: Figure, *, is_less_better: bool) -> str:
    """Whether a part differs from the whole: its interval does not hold the middle of that."""
    if not part.is_enough or whole.middle is None or part.low is None or part.high is None:
        return UNKNOWN
    if part.high < whole.middle:
        return BETTER if is_less_better else WORSE
    if part.low > whole.middle:
        return WORSE if is_less_better else BETTER
    return SAME


def _is_above(one: Figure, other: Figure) -> bool:
    return one.low is not None and other.high is not None and one.low > other.high
