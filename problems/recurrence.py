"""What keeps coming back: incidents counted against what was to be expected; pure.

Each group of incidents (of one alert, one cause, one service) is held against its own past, and
where it has little, against what is usual for groups of its sort. A group is told of only when
chance alone would bring so many once in a hundred times over all groups there are together
(Bonferroni), those that stayed quiet among them, so that plain noise raises nothing. The particular
is looked at before the general, and what has been explained is not counted again.
"""

import itertools
import math
import operator
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
FINENESS = 4.0  # from one usual size of a rate to the next
ROUNDS = 40  # in which it is found how many groups are of which size
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
    # What has been quiet lately could have come as well: it is looked at like the others.
    tests = 2 * sum(len({each.facts[by] for each in known if by in each.facts}) for by in BY)
    found: list[Recurrence] = []
    everywhere = {
        name: Counter(e.facts[name] for e in known if name in e.facts) for name in FACTORS
    }
    explained: set[int] = set()
    for by in BY:
        unexplained = [each for each in lately if each.key not in explained]
        for each in _of(by, unexplained, before, long=long):
            is_often = len(each.occurrences) >= least
            is_long = each.minutes >= least_minutes and len(each.occurrences) > 1
            if (is_often or is_long) and each.chance <= alpha / max(tests, 1):
                found.append(_with_factors(each, everywhere, len(known)))
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
    values = groups.keys() | past.keys()
    usual = _usual([past[value] for value in values])
    usual_of_long = _usual([long_past[value] for value in values])
    found = []
    for value, group in groups.items():
        expected, chance = _chance(len(group), past[value], usual)
        lasting = sum(each.minutes > long for each in group)
        if lasting > 1:
            _, of_long = _chance(lasting, long_past[value], usual_of_long)
            chance = min(chance, of_long)
        found.append(Recurrence(by, value, tuple(group), expected, chance, ()))
    return found


# How often groups come, as sizes that are usual for them in the whole past, with the share of each.
Usual = Sequence[tuple[float, float]]


def _usual(past: Sequence[int]) -> Usual:
    """How often groups of a sort come, from how often each of them came in the past.

    Few come often and many hardly ever. One size for all would hold those that come often to come
    less than they do, and their chances to be ever so small; so there are sizes from the rarest to
    the most frequent, and what came says how many groups are of each (by expectation-maximisation;
    each size counts for one group more than it has, as none is impossible).
    """
    mean = (sum(past) + 1) / max(len(past), 1)
    sizes = [mean / FINENESS**2]
    while sizes[-1] < max([mean, *past]) * FINENESS:
        sizes.append(sizes[-1] * FINENESS)
    shares = [1 / len(sizes)] * len(sizes)
    counted = [(_likely(count, sizes), times) for count, times in Counter(past).items()]
    for _round in range(ROUNDS):
        among = [1.0] * len(sizes)
        for likely, times in counted:
            together = sum(map(operator.mul, likely, shares))
            for place, share in enumerate(shares):
                among[place] += times * likely[place] * share / together
        total = sum(among)
        shares = [each / total for each in among]
    return list(zip(sizes, shares, strict=True))


def _likely(past: int, sizes: Iterable[float]) -> list[float]:
    """How likely a group of each size comes so often, the most likely size taken for one."""
    # By logarithms, as a thousandth power is beyond what a number holds.
    logs = [-math.log1p(size) - past * math.log1p(1 / size) for size in sizes]
    return [math.exp(each - max(logs)) for each in logs]


def _chance(count: int, past: int, usual: Usual) -> tuple[float, float]:
    """How many were to be expected, and how likely so many or more are by chance.

    The rate is not known but guessed from the past, which spreads what may come (a negative
    binomial); the past of a group begins with one incident at the rate usual for its size. Where
    nothing is usual that is the exact comparison of two Poisson counts.
    """
    expected = chance = 0.0
    likely = _likely(past, (size for size, _share in usual))
    together = sum(each * share for each, (_size, share) in zip(likely, usual, strict=True))
    for each, (size, share) in zip(likely, usual, strict=True):
        told, at_least = _chance_of_size(count, past, size)
        expected += each * share / together * told
        chance += each * share / together * at_least
    return expected, (chance if count > expected else 1.0)


def _chance_of_size(count: int, past: int, size: float) -> tuple[float, float]:
    shape, weight = past + 1.0, 1.0 + 1.0 / size  # in lengths of the past
    share = WINDOW / HISTORY
    expected = shape / weight * share
    success = weight / (weight + share)
    if count <= expected:
        return expected, 1.0
    first = math.lgamma(shape + count) - math.lgamma(count + 1) - math.lgamma(shape)
    term = math.exp(first + shape * math.log(success) + count * math.log1p(-success))
    steps = ((shape + times) / (times + 1) * (1 - success) for times in itertools.count(count))
    return expected, min(1.0, _summed(term, steps))


def _summed(term: float, steps: Iterable[float]) -> float:
    """A falling series, as far as it matters: its first term, and what leads to each next one."""
    total = term
    for step in steps:
        term *= step
        total += term
        if term <= 1e-18 * total:
            break
    return total


def _long_from(known: Sequence[Occurrence]) -> float:
    lengths = sorted(each.minutes for each in known)
    return lengths[min(int(len(lengths) * LONG), len(lengths) - 1)] if lengths else math.inf


def _with_factors(
    each: Recurrence, everywhere: Mapping[str, Counter[str]], known: int
) -> Recurrence:
    """The group with what its incidents have in common more often than all others."""
    size = len(each.occurrences)
    found = []
    for name in FACTORS:
        if name == each.by:
            continue
        counted = Counter(o.facts[name] for o in each.occurrences if name in o.facts)
        for value, count in counted.items():
            usual = (everywhere[name][value] - count + 1) / (known - size + 2)
            share = count / size
            # With ten factors looked at, a chance of one in a thousand is still told too often.
            if count > 1 and _at_least(count, size, usual) < ALPHA / 10:
                found.append(Factor(name, value, round(share, 2), round(share / usual, 1)))
    best = sorted(found, key=lambda factor: -factor.lift)[:MOST_FACTORS]
    return Recurrence(each.by, each.value, each.occurrences, each.expected, each.chance, best)


def _at_least(count: int, of: int, share: float) -> float:
    """How likely so many or more are by chance; certain where they are no more than usual."""
    if count <= of * share:
        return 1.0
    first = math.lgamma(of + 1) - math.lgamma(count + 1) - math.lgamma(of - count + 1)
    term = math.exp(first + count * math.log(share) + (of - count) * math.log1p(-share))
    odds = share / (1 - share)
    return _summed(term, ((of - times) / (times + 1) * odds for times in range(count, of)))
