"""How often the value proposed first is the right one.

    python -m bench.quality.suggest [--data FOLDER]

FOLDER holds ``tickets-endava`` (``tickets_*.csv.gz``: mails with category and business_service) and
``uci-servicenow`` (``events_*.csv.gz``: one row for each update of an incident). The product's own
learner learns one part and is asked about the other, which it has not seen: of the mails, seven
tenths by a hash of their id; of the incidents, the first seven tenths by the time they were opened.
Category is asked with the service known, as it is where people choose it in the portal, and once
more by the words alone. An incident is asked about as it was opened: which group had it in the end?
"""

import argparse
import csv
import gzip
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from itsm.proposals.learner import Example, Model, known_fields, learn

OF_MAIL = ("ticket_type", "urgency", "impact")
OF_INCIDENT = (
    *("caller_id", "opened_by", "sys_created_by", "contact_type", "location", "category"),
    *("subcategory", "u_symptom", "cmdb_ci", "impact", "urgency", "priority"),
    *("u_priority_confirmation", "knowledge"),
)
LEARNT = 7  # of ten parts


@dataclass(frozen=True)
class Figure:
    """What was measured, and what it is to be at least; None where there is no goal."""

    what: str
    value: float
    goal: float | None = None

    @property
    def is_met(self) -> bool:
        return self.goal is None or self.value >= self.goal


def figures(data: Path) -> Iterator[Figure]:
    """Everything that is measured on the data of a folder."""
    mails = list(_rows(data / "tickets-endava", "tickets_*.csv.gz"))
    yield from _of_mails(mails, "category", ("business_service", *OF_MAIL), goal=0.87)
    yield from _of_mails(mails, "category", (), goal=0.87)
    yield from _of_mails(mails, "business_service", OF_MAIL, goal=0.62)
    examples = _incidents(data / "uci-servicenow")
    cut = len(examples) * LEARNT // 10
    model = learn(examples[:cut])
    assert model is not None
    yield Figure("assignment group: first", _share(model, examples[cut:], most=1), 0.64)
    yield Figure("assignment group: in three", _share(model, examples[cut:], most=3), 0.86)
    yield from _told("assignment group", model, examples[cut:])


def _of_mails(
    mails: Sequence[dict[str, str]], asked: str, fields: Sequence[str], *, goal: float | None
) -> Iterator[Figure]:
    learnt: list[Example] = []
    unseen: list[Example] = []
    for row in mails:
        known = known_fields((name, row[name]) for name in fields)
        example = Example(row["title"], row["body"], known, row[asked])
        place = int(hashlib.sha1(row["id"].encode()).hexdigest(), 16) % 10
        (learnt if place < LEARNT else unseen).append(example)
    model = learn(learnt)
    assert model is not None
    by = "its fields and words" if fields else "words alone"
    if "business_service" in fields:
        by = "words, the service known"
    yield Figure(f"{asked}: first, by {by}", _share(model, unseen, most=1), goal)
    yield from _told(f"{asked}, by {by}", model, unseen)


def _told(what: str, model: Model, unseen: Sequence[Example]) -> Iterator[Figure]:
    answers = [(each.value, model.answer(each)) for each in unseen]
    told = [(value, answer.value) for value, answer in answers if answer is not None]
    right = sum(value == answer for value, answer in told) / max(len(told), 1)
    yield Figure(f"    {what}: share it proposes at all", len(told) / len(unseen))
    yield Figure(f"    {what}: right of what it proposes", right)


def _share(model: Model, unseen: Sequence[Example], *, most: int) -> float:
    right = sum(
        each.value in {answer.value for answer in model.ranked(each, most=most)} for each in unseen
    )
    return right / len(unseen)


def _incidents(folder: Path) -> list[Example]:
    """Each incident as it was opened, with the last group it had, in the order of opening."""
    first: dict[str, dict[str, str]] = {}
    group: dict[str, str] = {}
    for row in _rows(folder, "events_*.csv.gz"):
        first.setdefault(row["number"], row)
        if row["assignment_group"] != "?":
            group[row["number"]] = row["assignment_group"]
    known = [row for number, row in first.items() if number in group]
    known.sort(key=lambda row: datetime.strptime(row["opened_at"], "%d/%m/%Y %H:%M"))  # noqa: DTZ007 all of one clock
    return [
        Example(
            "", "", known_fields((name, row[name]) for name in OF_INCIDENT), group[row["number"]]
        )
        for row in known
    ]


def _rows(folder: Path, pattern: str) -> Iterable[dict[str, str]]:
    for path in sorted(folder.glob(pattern)):
        with gzip.open(path, "rt", newline="") as file:
            yield from csv.DictReader(file)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 when one misses its goal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    given = parser.parse_args(arguments)
    is_met = True
    for each in figures(given.data):
        goal = "" if each.goal is None else f"goal ≥ {each.goal:g}   "
        met = "" if each.goal is None else ("met" if each.is_met else "missed")
        print(f"{each.what:<76}{each.value:>7.3f}   {goal}{met}", flush=True)
        is_met = is_met and each.is_met
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
