"""How often the component blamed first, or among the first three, is the one that broke.

    python -m bench.quality.rca [--data FOLDER] [--wrong]

FOLDER holds ``systems_*.json.gz`` (of each system its map and what is normal for it),
``cases_*.jsonl.gz`` (metrics around a fault) and ``labels_*.tsv`` (which component broke). Beside
the figures stands how long a case takes that is padded to a thousand series.
"""

import argparse
import gzip
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from itsm.evidence.blame import Blame, Symptom, blamed
from itsm.evidence.shifts import Series, sort_of

DATA = "../shared/data/rca"
GOALS = (0.70, 0.80)  # of the first place and of the first three, on PetShop
MANY = 1000
PATIENCE = 30.0  # seconds for a case of that many series


@dataclass
class Tally:
    """How often the answers about one system were right."""

    asked: int = 0
    first: int = 0
    in_three: int = 0

    def count(self, ranked: list[Blame], truth: str) -> bool:
        """Take one answer in; whether it was right."""
        names = [each.component for each in ranked]
        self.asked += 1
        self.first += truth in names[:1]
        self.in_three += truth in names[:3]
        return truth in names[:1]

    def add(self, other: "Tally") -> None:
        """Count what another counted."""
        self.asked += other.asked
        self.first += other.first
        self.in_three += other.in_three

    def told(self) -> str:
        """The figures as a row shows them."""
        whole = self.asked or 1
        return f"{self.asked:>5}  {self.first / whole:>6.2f}  {self.in_three / whole:>6.2f}"


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 when PetShop misses its goals."""
    parser = argparse.ArgumentParser(description="Measure how well causes are ranked.")
    parser.add_argument("--data", type=Path, default=Path(DATA))
    parser.add_argument("--wrong", action="store_true", help="print the cases answered wrongly")
    given = parser.parse_args(arguments)
    systems, labels = _systems(given.data), _labels(given.data)
    tallies: dict[str, Tally] = defaultdict(Tally)
    for case in _cases(given.data):
        ranked = answer(case, systems)
        is_right = tallies[case["system"]].count(ranked, labels[case["id"]])
        if given.wrong and not is_right:
            print(case["id"], "broke:", labels[case["id"]], "blamed:", ranked[0].component)
    print(f"{'system':<28} cases   top-1   top-3")
    for name, tally in sorted(tallies.items()):
        print(f"{name:<28} {tally.told()}")
    shop = Tally()
    for name, tally in tallies.items():
        if name.startswith("petshop"):
            shop.add(tally)
    goals = f"goals ≥ {GOALS[0]:.2f} and ≥ {GOALS[1]:.2f}"
    print(f"{'petshop, all of them':<28} {shop.told()}   {goals}")
    seconds = _time_of_many(next(_cases(given.data)), systems)
    print(f"a case of {MANY} series: {seconds:.1f} s   goal ≤ {PATIENCE:.0f} s")
    whole = shop.asked or 1
    is_met = shop.first / whole >= GOALS[0] and shop.in_three / whole >= GOALS[1]
    return 0 if is_met and seconds <= PATIENCE else 1


def answer(case: Mapping[str, Any], systems: Mapping[str, Any]) -> list[Blame]:
    """The components of a case, the most suspected first."""
    system = systems[case["system"]]
    edges = [(user, needed) for user, needed in system["edges"]]
    return blamed(_series(case, systems), edges, _symptom(case))


def _symptom(case: Mapping[str, Any]) -> Symptom:
    target = case["target"]
    metric = target.get("metric")
    return Symptom(
        component=target["node"],
        at=target.get("timestamp") or case["ts"][0],
        sort=sort_of(metric) if metric else None,
        statistic=target.get("agg") or "",
    )


def _series(case: Mapping[str, Any], systems: Mapping[str, Any]) -> list[Series]:
    system = systems[case["system"]]
    # Where a system has no normal time of its own, another one's is said to stand for it.
    lent = systems.get(system.get("normal_from") or "", {})
    normal = case.get("normal") or system.get("normal") or lent.get("normal") or {}
    found = []
    for key, values in case["anomalous"].items():
        component, metric, statistic = key.rsplit("|", 2)
        found.append(
            Series(
                component=component,
                metric=metric,
                sort=sort_of(metric),
                times=case["ts"],
                values=values,
                statistic=statistic,
                step=system.get("step_s") or 0,
                reference=[each for each in normal.get(key, ()) if each is not None],
            )
        )
    return found


def _time_of_many(case: Mapping[str, Any], systems: Mapping[str, Any]) -> float:
    """How long a case takes with so many series, each of them with its whole normal time."""
    own = _series(case, systems)
    rounds = range(MANY // len(own) + 1)
    many = [replace(each, component=f"{each.component}-{n}") for n in rounds for each in own]
    edges = [(user, needed) for user, needed in systems[case["system"]]["edges"]]
    begun = time.perf_counter()
    blamed(many[:MANY], edges, _symptom(case))
    return time.perf_counter() - begun


def _systems(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("systems_*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as told:
            found |= json.load(told)
    return found


def _cases(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("cases_*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as told:
            yield from (json.loads(line) for line in told)


def _labels(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.glob("labels_*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case, truth, *_fault = line.split("\t")
            found[case] = truth
    return found


if __name__ == "__main__":
    sys.exit(main())
