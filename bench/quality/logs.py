"""How well log lines are grouped into patterns, held against groups that people made.

    python -m bench.quality.logs [--data FOLDER]

FOLDER holds ``NAME_2k.log_structured.csv.gz`` with the columns Content and EventId. The grouping
accuracy is the share of lines whose group has exactly the lines of one true group.
"""

import argparse
import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Hashable, Iterable
from pathlib import Path
from statistics import fmean

from itsm.evidence.patterns import Grouping

DATA = "../shared/data/loghub2k"
GOAL = 0.68


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description="Measure how well log lines are grouped.")
    parser.add_argument("--data", type=Path, default=Path(DATA))
    given = parser.parse_args(arguments)
    figures = []
    print(f"{'system':<14} lines  accuracy  groups   true")
    for path in sorted(given.data.glob("*_structured.csv.gz")):
        pairs = _lines(path)
        grouping = Grouping()
        groups = [grouping.group_of(text) for text, _truth in pairs]
        truths = [truth for _text, truth in pairs]
        figures.append(accuracy(groups, truths))
        name = path.name.partition("_")[0]
        counts = f"{len(set(groups)):>7} {len(set(truths)):>6}"
        print(f"{name:<14} {len(pairs):>5} {figures[-1]:>9.3f} {counts}")
    mean = fmean(figures) if figures else 0.0
    print(f"{'mean':<14} {'':>5} {mean:>9.3f}   goal ≥ {GOAL:.2f}")
    return 0 if mean >= GOAL else 1


def accuracy(groups: Iterable[Hashable], truths: Iterable[Hashable]) -> float:
    """The share of lines whose group has exactly the lines of one true group."""
    found, true = _members(groups), {frozenset(each) for each in _members(truths).values()}
    right = sum(len(each) for each in found.values() if frozenset(each) in true)
    return right / (sum(len(each) for each in found.values()) or 1)


def _members(groups: Iterable[Hashable]) -> dict[Hashable, set[int]]:
    found: dict[Hashable, set[int]] = defaultdict(set)
    for place, group in enumerate(groups):
        found[group].add(place)
    return found


def _lines(path: Path) -> list[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as told:
        return [(each["Content"], each["EventId"]) for each in csv.DictReader(told)]


if __name__ == "__main__":
    sys.exit(main())
