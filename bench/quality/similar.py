"""How well records like one are found, and how fast among many.

    python -m bench.quality.similar [--data FOLDER] [--records 1000000]

FOLDER holds ``dup-bugs`` (``*_corpus.jsonl.gz``: reports with id, title, body; ``*_qrels.tsv``:
which is a duplicate of which) and ``alerts-runbooks`` (``runbooks.jsonl.gz``: id, title, body;
``alerts_*.jsonl.gz``: the text of an alert and the runbook it belongs to). Everything is put into
the product's own index and asked by the product's own ranking; engines of its own are started.
"""

import argparse
import gzip
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.quality.engines import beside_engines

GOALS = {"recall@5": 0.72, "MRR": 0.70, "runbook MRR": 0.90}
FASTEST = 15.0  # milliseconds


@dataclass(frozen=True)
class Figure:
    """What was measured, and what it is to be."""

    what: str
    value: float
    goal: float
    is_most: bool = False

    @property
    def is_met(self) -> bool:
        return self.value <= self.goal if self.is_most else self.value >= self.goal


def figures(data: Path, *, records: int = 0) -> list[Figure]:
    """Everything that is measured on the data of a folder."""
    found = _duplicates(data / "dup-bugs") + _runbooks(data / "alerts-runbooks")
    return [*found, *_speed(records)] if records else found


def _duplicates(folder: Path) -> list[Figure]:
    from itsm.tickets import likeness  # noqa: PLC0415 settings come before what reads them

    reports = list(_lines(next(folder.glob("*_corpus.jsonl.gz"))))
    true: dict[str, set[str]] = defaultdict(set)
    for line in next(folder.glob("*_qrels.tsv")).read_text().splitlines():
        asked, same = line.split("\t")[:2]
        true[asked].add(same)
    keys = _remember("article", reports)
    names = {key: name for name, key in keys.items()}
    recalls, ranks = [], []
    for asked, relevant in true.items():
        found = likeness.like_record("article", keys[asked], most=100)
        places = [place for place, each in enumerate(found, 1) if names[each.key] in relevant]
        recalls.append(sum(place <= 5 for place in places) / len(relevant))
        ranks.append(1 / places[0] if places else 0.0)
    return [
        Figure("duplicates: recall@5", statistics.fmean(recalls), GOALS["recall@5"]),
        Figure("duplicates: MRR", statistics.fmean(ranks), GOALS["MRR"]),
    ]


def _runbooks(folder: Path) -> list[Figure]:
    from itsm.tickets import likeness  # noqa: PLC0415 settings come before what reads them

    runbooks = list(_lines(folder / "runbooks.jsonl.gz"))
    alerts = [each for path in sorted(folder.glob("alerts_*.jsonl.gz")) for each in _lines(path)]
    keys = _remember("runbook", runbooks)
    ranks = []
    for alert in alerts:
        if alert["runbook"] in keys:
            found = likeness.like_text("runbook", title=alert["query"], most=100)
            places = [each.key for each in found]
            right = keys[alert["runbook"]]
            ranks.append(1 / (places.index(right) + 1) if right in places else 0.0)
    return [Figure("alert to runbook: MRR", statistics.fmean(ranks), GOALS["runbook MRR"])]


def _remember(sort: str, records: Sequence[dict[str, Any]]) -> dict[str, int]:
    from itsm.tickets import likeness  # noqa: PLC0415 settings come before what reads them

    keys = {each["id"]: place for place, each in enumerate(records, 1)}
    likeness.remember(sort, [(keys[each["id"]], each["title"], each["body"]) for each in records])
    while likeness.count_words():
        pass
    return keys


def _speed(records: int) -> list[Figure]:
    from bench.quality import crowd  # noqa: PLC0415 settings come before what reads them
    from itsm.tickets import likeness  # noqa: PLC0415 settings come before what reads them

    crowd.fill(records)
    while likeness.count_words():
        pass
    taken = []
    for title, body in crowd.questions(200):
        began = time.perf_counter()
        likeness.like_text("ticket", title=title, body=body)
        taken.append((time.perf_counter() - began) * 1000)
    told = f"a query among {records:,} records"
    slowest = statistics.quantiles(taken, n=20)[-1]
    return [
        Figure(f"{told}: median, ms", statistics.median(taken), FASTEST, is_most=True),
        Figure(f"{told}: p95, ms", slowest, FASTEST, is_most=True),
    ]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as file:
        yield from map(json.loads, file)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 when one misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--records", type=int, default=0, help="measure the time among so many")
    given = parser.parse_args(arguments)
    code = beside_engines("bench.quality.similar", arguments)
    if code is not None:
        return code
    found = figures(given.data, records=given.records)
    for each in found:
        sign = "≤" if each.is_most else "≥"
        met = "met" if each.is_met else "missed"
        print(f"{each.what:<52}{each.value:>9.3f}   goal {sign} {each.goal:g}   {met}")
    return 0 if all(each.is_met for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
