"""How well what keeps coming back is told from chance, on histories whose truth is planted.

    python -m bench.quality.candidates [--histories 100] [--noises 2000] [--seed 1]

Each history is a quarter of a company: services of very different business, alerts that fire at
random. Some have recurrences planted in the last fortnight: an alert that keeps coming back on one
host, a cause that follows one sort of change, a service that fails in few long outages. The others
are noise alone, in which nothing may be found; as one in a hundred is asked for, there are many.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from itsm.core.statistics import Figure, share_of
from problems.recurrence import ALPHA, HISTORY, WINDOW, Occurrence, recurrences

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = (HISTORY + WINDOW) / timedelta(days=1)
SERVICES, ALERTS, HOSTS, CAUSES = 40, 250, 120, 12
GOAL = 0.9
Planted = tuple[str, str]


@dataclass
class Tally:
    """What was found of what was planted, and what was found beside it."""

    planted: int = 0
    found: int = 0
    right: int = 0
    told: int = 0
    noises: int = 0
    noisy: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(self.told, 1)

    @property
    def recall(self) -> float:
        return self.found / max(self.planted, 1)

    @property
    def false_alarms(self) -> Figure:
        return share_of(self.noisy, self.noises)


def history(seed: int, *, plants: bool) -> tuple[list[Occurrence], set[Planted]]:
    """A quarter of a company's incidents, and what was planted among them."""
    dice = random.Random(seed)
    found: list[Occurrence] = []
    for number in range(SERVICES):
        _noise(dice, found, "service", f"service {number}", a_day=dice.lognormvariate(-2.5, 1.0))
    for number in range(ALERTS):
        _noise(dice, found, "fingerprint", f"alert {number}", a_day=dice.lognormvariate(-4.0, 1.0))
    for number in range(CAUSES):
        _noise(dice, found, "cause", f"cause {number}", a_day=dice.lognormvariate(-3.0, 0.7))
    planted: set[Planted] = set()
    if plants:
        planted |= {_often(dice, found, "fingerprint", f"fault {each}", 7) for each in range(3)}
        planted |= {_often(dice, found, "cause", f"change {each}", 8) for each in range(1)}
        planted.add(_long(dice, found))
    return found, planted


def _noise(
    dice: random.Random, found: list[Occurrence], by: str, value: str, *, a_day: float
) -> None:
    day = dice.expovariate(a_day)
    while day < DAYS:
        minutes = dice.lognormvariate(3.5, 1.0)
        found.append(_occurrence(dice, len(found), day, minutes, {by: value}))
        day += dice.expovariate(a_day)


def _often(
    dice: random.Random, found: list[Occurrence], by: str, value: str, times: int
) -> Planted:
    for _each in range(times + dice.randint(0, 4)):
        day = DAYS - dice.uniform(0, WINDOW / timedelta(days=1))
        facts = {by: value, "host": f"{value} host"}
        found.append(_occurrence(dice, len(found), day, dice.lognormvariate(3.5, 1.0), facts))
    return by, value


def _long(dice: random.Random, found: list[Occurrence]) -> Planted:
    for _each in range(4):
        day = DAYS - dice.uniform(0, WINDOW / timedelta(days=1))
        facts = {"fingerprint": "lasting"}
        found.append(_occurrence(dice, len(found), day, dice.uniform(400, 900), facts))
    return "fingerprint", "lasting"


def _occurrence(
    dice: random.Random, key: int, day: float, minutes: float, facts: dict[str, str]
) -> Occurrence:
    at = NOW - timedelta(days=DAYS - day)
    more = {"host": f"host {dice.randrange(HOSTS)}", "hour": str(at.hour)}
    return Occurrence(key, at, minutes, {**more, **facts})


def tally(histories: int, *, noises: int, seed: int) -> Tally:
    """What is found in so many histories with plants, and in so many without."""
    found = Tally()
    for place in range(histories):
        known, planted = history(seed + place, plants=True)
        told = {(each.by, each.value) for each in recurrences(known, now=NOW)}
        found.planted += len(planted)
        found.found += len(planted & told)
        found.right += len(planted & told)
        found.told += len(told)
    for place in range(noises):
        noise, _nothing = history(seed + 1_000_000 + place, plants=False)
        found.noises += 1
        found.noisy += bool(recurrences(noise, now=NOW))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how well it is told apart; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, help="not needed: what is asked is planted")
    parser.add_argument("--histories", type=int, default=100, help="with plants")
    parser.add_argument("--noises", type=int, default=2000, help="histories of noise alone")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    found = tally(given.histories, noises=given.noises, seed=given.seed)
    false = found.false_alarms
    is_quiet = false.middle is not None and false.middle <= ALPHA
    print(_line("planted recurrences: precision", found.precision, GOAL))
    print(_line("planted recurrences: recall", found.recall, GOAL))
    met = "met" if is_quiet else "missed"
    print(f"{'noise alone: histories with any':<40}{false.middle:>9.4f}   goal ≤ {ALPHA:g}   {met}")
    print(f"    of {found.noises:,}; with 95 % between {false.low:.4f} and {false.high:.4f}")
    return 0 if min(found.precision, found.recall) >= GOAL and is_quiet else 1


def _line(what: str, value: float, goal: float) -> str:
    met = "met" if value >= goal else "missed"
    return f"{what:<40}{value:>9.3f}   goal ≥ {goal:g}   {met}"


if __name__ == "__main__":
    sys.exit(main())
