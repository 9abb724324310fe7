"""How often the change suspected most is the one that did it.

    python -m bench.quality.attribution FOLDER [--seed 1] [--histories 25]

FOLDER holds, for each project, ``NAME_changes.csv.gz`` (transactionid, commitdate, nf, entropy) and
``NAME_links.csv.gz`` (intro_change, issue, issue_created): real changes, and which of them brought
a defect in that was reported later. Each issue is asked of the release that brought it: which of
its changes was it? Beside that, histories with planted causes. The table says how often the answer
was right, and how often "the latest change did it" would have been.
"""

import argparse
import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.quality.planted import Case, history
from changes.attribution import Suspect, Suspicion, Symptoms, suspicions

RELEASES = (5, 10, 20)  # changes in a release
GOAL = 0.20  # better than the latest change, by so much


@dataclass(frozen=True)
class Question:
    """An incident, who is suspected, and which of them are guilty; nobody where none did it."""

    symptoms: Symptoms
    suspects: Sequence[Suspect]
    guilty: frozenset[object]


@dataclass
class Tally:
    """How often the answers to some questions were right."""

    asked: int = 0
    right: int = 0
    in_three: int = 0
    latest: int = 0
    causeless: int = 0
    blamed: int = 0

    def count(self, question: Question) -> None:
        """Ask one question."""
        ranked = suspicions(question.symptoms, question.suspects)
        if not question.guilty:
            self.causeless += 1
            self.blamed += bool(ranked and ranked[0].is_likely)
            return
        self.asked += 1
        self.right += _is_among(ranked[:1], question)
        self.in_three += _is_among(ranked[:3], question)
        known = [each for each in question.suspects if each.began_at <= question.symptoms.began_at]
        latest = max(known, key=lambda each: each.began_at, default=None)
        self.latest += latest is not None and latest.key in question.guilty


def _is_among(ranked: Sequence[Suspicion], question: Question) -> bool:
    return any(each.key in question.guilty for each in ranked)


def releases_of(folder: Path, project: str, *, size: int) -> Iterator[Question]:
    """Of each issue of a project, the release that brought it, with the changes of that release."""
    changes = sorted(_changes(folder / f"{project}_changes.csv.gz"), key=lambda each: each.began_at)
    places = {each.key: place for place, each in enumerate(changes)}
    for reported_at, guilty in _issues(folder / f"{project}_links.csv.gz"):
        before = [
            places[key]
            for key in guilty
            if key in places and changes[places[key]].began_at <= reported_at
        ]
        if not before:
            continue
        first = max(before) // size * size
        release = changes[first : first + size]
        if len(release) == size:
            yield Question(Symptoms(began_at=reported_at), release, guilty)


def _changes(path: Path) -> Iterator[Suspect]:
    for row in _rows(path):
        try:
            began_at = datetime.fromisoformat(row["commitdate"]).replace(tzinfo=UTC)
        except ValueError:  # the data say NA here and there
            continue
        yield Suspect(
            key=row["transactionid"],
            began_at=began_at,
            files=int(float(row["nf"] or 0)),
            spread=float(row["entropy"] or 0),
        )


def _issues(path: Path) -> Iterator[tuple[datetime, frozenset[object]]]:
    guilty: dict[str, set[object]] = defaultdict(set)
    reported: dict[str, datetime] = {}
    for row in _rows(path):
        if row["issue_created"]:
            guilty[row["issue"]].add(row["intro_change"])
            reported[row["issue"]] = datetime.fromtimestamp(float(row["issue_created"]), UTC)
    for issue, keys in guilty.items():
        yield reported[issue], frozenset(keys)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", newline="") as file:
        yield from csv.DictReader(file)


def _planted(case: Case) -> Question:
    guilty = frozenset[object]() if case.culprit is None else frozenset[object]({case.culprit})
    return Question(case.symptoms, case.suspects, guilty)


def table_of(folder: Path | None, *, seed: int, histories: int) -> list[tuple[str, Tally]]:
    """A tally for each project and size of release, and one for the planted histories."""
    found: list[tuple[str, Tally]] = []
    projects = sorted(folder.glob("*_changes.csv.gz")) if folder else []
    for path in projects:
        project = path.name.removesuffix("_changes.csv.gz")
        for size in RELEASES:
            tally = Tally()
            for question in releases_of(path.parent, project, size=size):
                tally.count(question)
            if tally.asked:
                found.append((f"{project}, releases of {size}", tally))
    tally = Tally()
    for place in range(histories):
        for case in history(seed + place):
            tally.count(_planted(case))
    return [*found, (f"planted, {histories} histories from seed {seed}", tally)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a line misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("folder", nargs="?", type=Path, help="where the csv.gz files are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--histories", type=int, default=25)
    given = parser.parse_args(arguments)
    table = table_of(given.folder, seed=given.seed, histories=given.histories)
    print(f"{'asked of':<38}{'asked':>7}{'first':>8}{'in three':>10}{'latest':>8}{'ahead':>7}")
    is_met = True
    for name, tally in table:
        asked = max(tally.asked, 1)
        ahead = (tally.right - tally.latest) / asked
        is_met = is_met and ahead >= GOAL
        print(
            f"{name:<38}{tally.asked:>7}{tally.right / asked:>8.1%}{tally.in_three / asked:>10.1%}"
            f"{tally.latest / asked:>8.1%}{100 * ahead:>+7.1f}"
        )
        if tally.causeless:
            share = tally.blamed / tally.causeless
            print(f"    blamed wrongly where no change did it: {share:.1%} of {tally.causeless}")
    print("goal met" if is_met else "goal missed", f"(at least {100 * GOAL:.0f} points ahead)")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
