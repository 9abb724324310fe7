"""What keeps coming back: incidents counted against what was to be expected; pure.

Each group of incidents (of one alert, one cause, one service) is held against its own past, and
where it has little, against what is usual for groups of its sort. A group is told of only when
chance alone would bring so many once in a hundred times over all that is looked at together
(Bonferroni), so that plain noise raises nothing. The particular is looked at before the general,
and what has been explained is not counted again.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(days=14)
HISTORY = timedelta(days=84)  # before the window; whole weeks, as work has its days
LEAST = 3  # incidents
LEAST_MINUTES = 240
LONG = 0.9  # an outage longer than this share of all counts as a long one
ALPHA = 0.01
BY = ("fingerprint", "cause", "service")  # from the particular to the general
FACTORS = ("host", "cause", "hour", "service")
MOST_FACTORS = 3


@dataclass(frozen=True)
class Occurrence:
    """One incident: when it began, how long it lasted, and what is known of it."""

    key: int
    at: datetime
    minutes: float
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Factor:
    """Something the incidents of a group have in common more often than others do."""

    name: str
    value: str
    share: float
    lift: float


@dataclass(frozen=True)
class Recurrence:
    """A group that came more often, or lasted longer, than chance would have it."""

    by: str
    value: str
    occurrences: Sequence[Occurrence]
    expected: float
    chance: float
    factors: Sequence[Factor]

    @property
    def minutes(self) -> float:
        return sum(each.minutes for each in self.occurrences)


def recurrences(
    occurrences: Iterable[Occurrence],
    *,
    now: datetime,
    least: int = LEAST,
    least_minutes: float = LEAST_MINUTES,
    alpha: float = ALPHA,
) -> list[Recurrence]:
    """What keeps coming back, the least likely by chance first."""
    known = [each for each in occurrences if now - WINDOW - HISTORY < each.at <= now]
    lately = [each for each in known if each.at > now - WINDOW]
    before = [each for each in known if each.at <= now - WINDOW]
    long = _long_from(known)
    tests = 2 * sum(len({each.facts[by] for each in lately if by in each.facts}) for by in BY)
    found: list[Recurrence] = []
    explained: set[int] = set()
    for by in BY:
        unexplained = [each for each in lately if each.key not in explained]
        for each in _of(by, unexplained, before, long=long):
            is_often = len(each.occurrences) >= least
            is_long = each.minutes >= least_minutes and len(each.occurrences) > 1
            if (is_often or is_long) and each.chance <= alpha / max(tests, 1):
                found.append(_with_factors(each, known))
                explained |= {occurrence.key for occurrence in each.occurrences}
    return sorted(found, key=lambda each: each.chance)


def _of(
    by: str, lately: Sequence[Occurrence], before: Sequence[Occurrence], *, long: float
) -> list[Recurrence]:
    groups: dict[str, list[Occurrence]] = defaultdict(list)
    for each in lately:
        if by in each.facts:
            groups[each.facts[by]].append(each)
    past = Counter(each.facts[by] for each in before if by in each.facts)
    long_past = Counter(
        each.facts[by] for each in before if by in each.facts and each.minutes > long
    )
    values = len(groups.keys() | past.keys())
    found = []
    for value, group in groups.items():
        expected, chance = _chance(len(group), past[value], sum(past.values()), values)
        lasting = sum(each.minutes > long for each in group)
        if lasting > 1:
            _, of_long = _chance(lasting, long_past[value], sum(long_past.values()), values)
            chance = min(chance, of_long)
        found.append(Recurrence(by, value, tuple(group), expected, chance, ()))
    return found


def _chance(count: int, past: int, past_of_all: int, values: int) -> tuple[float, float]:
    """How many were to be expected, and how likely so many or more are by chance.

    The rate is not known but guessed from the past, which spreads what may come (a negative
    binomial); the past of a group begins with one incident at the usual rate of its sort.
    """
    usual = (past_of_all + 1) / max(values, 1)  # in the whole past, of one group
    shape, weight = past + 1.0, 1.0 + 1.0 / usual  # in lengths of the past
    share = WINDOW / HISTORY
    expected = shape / weight * share
    success = weight / (weight + share)
    below = 0.0
    term = success**shape
    for times in range(count):
        below += term
        term *= (shape + times) / (times + 1) * (1 - success)
    # What is left of one is lost in rounding where it is very small; the next terms are not.
    rest, times = term, count
    while term > 1e-18 * rest and times < count + 500:
        term *= (shape + times) / (times + 1) * (1 - success)
        times += 1
        rest += term
    return expected, min(1.0, rest if below > 0.5 else 1 - below)


def _long_from(known: Sequence[Occurrence]) -> float:
    lengths = sorted(each.minutes for each in known)
    return lengths[min(int(len(lengths) * LONG), len(lengths) - 1)] if lengths else math.inf


def _with_factors(each: Recurrence, known: Sequence[Occurrence]) -> Recurrence:
    """The group with what its incidents have in common more often than all others."""
    inside = {occurrence.key for occurrence in each.occurrences}
    others = [occurrence for occurrence in known if occurrence.key not in inside]
    found = []
    for name in FACTORS:
        if name == each.by:
            continue
        counted = Counter(o.facts[name] for o in each.occurrences if name in o.facts)
        elsewhere = Counter(o.facts[name] for o in others if name in o.facts)
        for value, count in counted.items():
            usual = (elsewhere[value] + 1) / (len(others) + 2)
            share = count / len(inside)
            # With ten factors looked at, a chance of one in a thousand is still told too often.
            if count > 1 and _at_least(count, len(inside), usual) < ALPHA / 10:
                found.append(Factor(name, value, round(share, 2), round(share / usual, 1)))
    best = sorted(found, key=lambda factor: -factor.lift)[:MOST_FACTORS]
    return Recurrence(each.by, each.value, each.occurrences, each.expected, each.chance, best)


def _at_least(count: int, of: int, share: float) -> float:
    return sum(
        math.comb(of, times) * share**times * (1 - share) ** (of - times)
        for times in range(count, of + 1)
    )
