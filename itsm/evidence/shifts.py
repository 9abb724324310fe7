"""Whether and when a series of numbers left what is normal for it. Pure.

What is normal is told by medians and by how far values usually stray, so that a few odd values
neither hide a shift nor make one. The stretch that strays most is found by cumulative sums, in one
pass: it says since when, and how long. What moves at this hour every day is no shift: as far as
the series went the same way the day before, it was to be expected.
"""

import enum
import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

FEWEST = 1  # values before, without which nothing can be said
ENOUGH = 10  # values that say by themselves how far they usually stray
FEW = 8  # own values before the moment that say by themselves where the level is
LATEST = 2  # of few own values, those that count
TO_SIGMA = 1.4826  # from the median deviation to a standard one, were it a normal distribution
INNER = 3.29  # standard deviations between the 5th and the 95th percentile
FLOOR = 0.002  # of the level: no series is steadier than this
UNSURE = 0.02  # of the level: how far values may stray where few of them are known
SLACK = 1.0  # standard deviations a value may stray without counting
MOST_MOVED = 4.0  # times that the level may differ and still lend its spread
CAPPED = 50.0  # standard deviations beyond which more is no more


class Sort(enum.StrEnum):
    """What a metric measures, which says in what direction it is bad."""

    LATENCY = "latency"
    ERRORS = "errors"
    AVAILABILITY = "availability"
    TRAFFIC = "traffic"
    RESOURCE = "resource"
    OTHER = "other"


BAD_SIDES = {
    Sort.LATENCY: (1,),
    Sort.ERRORS: (1,),
    Sort.AVAILABILITY: (-1,),
}
BOTH_SIDES = (1, -1)
# That something failed at this hour the day before makes it no more normal.
NEVER_USUAL = (Sort.ERRORS, Sort.AVAILABILITY)
AROUND = 4  # values to either side that say where it was at a moment of the day before
NEAR = 300.0  # seconds within which they must lie


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of one component; ``reference`` holds values of a time that was well.

    ``times`` are seconds; a value covers the ``step`` that begins at its time. ``day_before`` is
    the same stretch a day earlier, its times a day later.
    """

    component: str
    metric: str
    sort: Sort
    times: Sequence[float]
    values: Sequence[float | None]
    statistic: str = ""
    step: float = 0.0
    reference: Sequence[float] = field(default=())
    day_before: Sequence[tuple[float, float]] = field(default=())


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a series left its normal level: ``strength`` in its own standard deviations.

    Where the day before says that it was to move, ``level`` is where it was to be by then.
    """

    series: Series
    level: float
    amount: float
    strength: float
    since: float
    is_by_day_before: bool = False

    @property
    def became(self) -> float:
        """What it was on average while it was shifted."""
        return self.level + self.amount


def sort_of(metric: str) -> Sort:
    """What a metric of this name most likely measures."""
    words = metric.lower()
    for sort, marks in MARKS:
        if any(each in words for each in marks):
            return sort
    return Sort.OTHER


MARKS = (
    (Sort.ERRORS, ("error", "fail", "5xx", "exception", "drop", "reject")),
    (Sort.AVAILABILITY, ("avail", "success", "healthy")),
    (Sort.LATENCY, ("latency", "lat_", "duration", "response_time", "seconds_bucket", "delay")),
    (Sort.RESOURCE, ("cpu", "mem", "disk", "heap", "thread", "connection", "queue", "io", "fd")),
    (Sort.TRAFFIC, ("request", "load", "lod", "rps", "throughput", "traffic", "hits")),
)


def shift_of(series: Series, *, at: float) -> Shift | None:
    """How the series left its normal after a moment; None where too little is known of it."""
    known = [
        (time, value)
        for time, value in zip(series.times, series.values, strict=True)
        if value is not None and math.isfinite(value)
    ]
    before = [value for time, value in known if time + series.step <= at]
    after = [(time, value) for time, value in known if time + series.step > at]
    normal = [*series.reference, *before]
    if len(normal) < FEWEST or not after:
        return None
    level = _level(series.reference, before)
    usual = before if len(before) >= FEW else normal
    spread = _spread(usual, level)
    moves = _moves(series, [time for time, _value in after], at=at, level=level)
    found = [
        _stretch(series, after, level, spread, side, moves)
        for side in BAD_SIDES.get(series.sort, BOTH_SIDES)
    ]
    return max(found, key=lambda each: each.strength)


def _level(reference: Sequence[float], before: Sequence[float]) -> float:
    """Where the series usually is: by its own values, or where these are few by both."""
    if len(before) >= FEW:
        return median(before)
    return median([median([*reference, *before]), *before[-LATEST:]])


def _spread(normal: Sequence[float], level: float) -> float:
    """How far values usually stray from their middle, at the level where they are now."""
    ordered = sorted(normal)
    last, middle = len(ordered) - 1, median(ordered)
    inner = (ordered[round(last * 0.95)] - ordered[round(last * 0.05)]) / INNER
    usual = TO_SIGMA * median(abs(each - middle) for each in ordered)
    # What is normal may be of a busier time: then values strayed more, or less, as they were.
    moved = min(max(abs(level / middle), 1 / MOST_MOVED), MOST_MOVED) if middle else 1.0
    floor = FLOOR if len(normal) >= ENOUGH else UNSURE
    return max(max(inner, usual) * moved, floor * abs(level), 1e-9)


def _moves(series: Series, times: Sequence[float], *, at: float, level: float) -> list[float]:
    """How far from its level the series was at each of these times, the day before."""
    known = sorted(series.day_before)
    before = [value for time, value in known if time + series.step <= at]
    if series.sort in NEVER_USUAL or len(before) < FEW:
        return [0.0] * len(times)
    middle, places = median(before), [time for time, _value in known]
    # A day with more or less to do moves as much more or less.
    busier = min(max(abs(level / middle), 1 / MOST_MOVED), MOST_MOVED) if middle else 1.0
    moves = []
    for time in times:
        place = max(bisect(places, time) - 1, 0)
        # As many to either side, or a rise would be told too late.
        around = min(AROUND, place, len(known) - 1 - place)
        near = known[place - around : place + around + 1]
        values = [value for moment, value in near if abs(moment - time) <= NEAR]
        moves.append(busier * (median(values) - middle) if values else 0.0)
    return moves


def _stretch(
    series: Series,
    after: Sequence[tuple[float, float]],
    level: float,
    spread: float,
    side: int,
    moves: Sequence[float],
) -> Shift:
    """The stretch that strays most to one side, by the greatest sum of what is beyond the slack."""
    # What was to be expected makes a shift smaller, and never makes one.
    expected = [max(side * move, 0.0) for move in moves]
    strays = [
        (side * (value - level) - usual) / spread
        for (_time, value), usual in zip(after, expected, strict=True)
    ]
    best, sum_so_far, start = (0.0, 0, 0), 0.0, 0
    for place, stray in enumerate(strays):
        if sum_so_far <= 0:
            sum_so_far, start = 0.0, place
        sum_so_far += min(stray, CAPPED) - SLACK
        if sum_so_far > best[0]:
            best = (sum_so_far, start, place + 1)
    _sum, first, end = best
    if end == 0:
        return Shift(series, level, 0.0, 0.0, after[0][0])
    strength, usual = fmean(strays[first:end]), fmean(expected[first:end])
    return Shift(
        series,
        level + side * usual,
        side * strength * spread,
        strength,
        after[first][0],
        is_by_day_before=usual > spread,
    )
