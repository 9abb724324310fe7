"""Whether old histories come in fast, whole, and with the same figures as a plain count of the log.

    python -m bench.quality.history [--data ../shared/data]

FOLDER holds ``uci-servicenow/events_dev.csv.gz`` and ``bpi2013/incidents_dev.csv.gz``, or other
files of the same form whose names begin alike. Each is taken into an empty database; then the mean
and median time to resolve, the reassignments, the reopened ones and the backlog at four instants
are asked of the product's measures, year by year, and compared with a count made here from the
CSV alone.
"""

import argparse
import csv
import gzip
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any

ROOT = Path(__file__).parents[2]
GOAL = 2000  # events a second
YEAR = timedelta(days=365)
ENDS = ("resolved", "closed", "canceled")
SERVICENOW = {
    "New": "new", "Active": "open", "Awaiting User Info": "open", "Awaiting Evidence": "open",
    "Awaiting Problem": "open", "Awaiting Change": "open", "Awaiting Vendor": "open",
    "Resolved": "resolved", "Closed": "closed", "Canceled": "canceled",
}  # fmt: skip
VOLVO = {"Resolved": "resolved", "In Call": "resolved", "Closed": "closed", "Cancelled": "canceled"}


@dataclass(frozen=True)
class Case:
    """What the log alone says of one record."""

    opened: datetime
    resolved: datetime | None
    ended: datetime | None
    reassigned: int
    is_reopened: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when something differs or is too slow."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    given = parser.parse_args(arguments)
    if "DATABASE_URL" not in os.environ:
        return _within_engines(given.data)
    return _measured(given.data)


def _within_engines(data: Path) -> int:
    own = [sys.executable, "-m", "bench.quality.history", "--data", str(data)]
    engines = [sys.executable, "manage.py", "with_engines", "--fast", "--", *own]
    return subprocess.run(engines, cwd=ROOT, check=False).returncode


def _measured(data: Path) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "itsm.settings")
    os.environ.setdefault("SECRET_KEY", "only-for-measuring-0123456789-0123456789-0123456789")
    import django  # noqa: PLC0415 settings come before what reads them
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    lines = [
        *_compared(
            "servicenow", next((data / "uci-servicenow").glob("events*.csv.gz")), servicenow
        ),
        *_compared("volvo", next((data / "bpi2013").glob("incidents*.csv.gz")), volvo),
    ]
    print(f"{'what':<44}{'plain count':>18}{'product':>18}")
    for what, plain, product, is_met in lines:
        print(f"{what:<44}{plain:>18}{product:>18}{'' if is_met else '  missed'}")
    return 0 if all(line[3] for line in lines) else 1


def _compared(layout: str, file: Path, read: Any) -> Iterator[tuple[str, str, str, bool]]:
    from incidents.actions.importing import import_history  # noqa: PLC0415
    from incidents.history.layout import layout_named  # noqa: PLC0415
    from incidents.history.lives import folded  # noqa: PLC0415
    from incidents.history.rows import rows_in  # noqa: PLC0415
    from incidents.models import Incident  # noqa: PLC0415
    from itsm.people.models import User  # noqa: PLC0415

    admin, _ = User.objects.get_or_create(username="bench-admin", defaults={"role": "admin"})
    Incident.objects.all().delete()
    began = time.monotonic()
    known = layout_named(layout)
    log = folded(rows_in(file, known))
    import_history(log=log, layout=known, file=file.name, actor=admin)
    rate = log.events / (time.monotonic() - began)
    yield f"{layout}: events a second, reading included", f">= {GOAL}", f"{rate:,.0f}", rate >= GOAL
    cases = read(file)
    yield _line(f"{layout}: records", len(cases), Incident.objects.count())
    begin, end = (
        min(each.opened for each in cases),
        max(each.ended or each.opened for each in cases),
    )
    while begin <= end:
        yield from _year(layout, cases, admin, begin)
        begin += YEAR


def _year(
    layout: str, cases: Sequence[Case], admin: Any, begin: datetime
) -> Iterator[tuple[str, str, str, bool]]:
    from itsm.core.measures import figure_of, measures, scope_of  # noqa: PLC0415

    scope = scope_of(start=begin, end=begin + YEAR)

    def told(name: str) -> Any:
        return figure_of(admin, measures[name], scope)

    found = [each for each in cases if each.resolved and begin <= each.resolved < begin + YEAR]
    spans = [(each.resolved - each.opened).total_seconds() for each in found if each.resolved]
    name = f"{layout} from {begin:%Y-%m-%d}"
    if not spans:
        return
    yield _line(f"{name}: mean time to resolve, h", fmean(spans) / 3600, told("mttr").mean / 3600)
    yield _line(f"{name}: median, h", median(spans) / 3600, told("mttr").middle / 3600)
    moved = sum(each.reassigned for each in found)
    yield _line(f"{name}: reassignments", moved, told("reassignments").total)
    back = sum(each.is_reopened for each in found)
    yield _line(f"{name}: reopened", back, told("reopened").total)
    for quarter in range(1, 5):
        at = begin + YEAR * quarter / 4
        still = sum(each.opened < at and (each.ended is None or each.ended >= at) for each in cases)
        scope = scope_of(start=begin, end=at)
        yield _line(f"{name}: backlog on {at:%Y-%m-%d}", still, told("backlog").count)


def _line(what: str, plain: float, product: float) -> tuple[str, str, str, bool]:
    is_same = abs(plain - product) <= 1e-6 * max(abs(plain), 1)
    return what, f"{plain:,.3f}", f"{product:,.3f}", is_same


def servicenow(file: Path) -> list[Case]:
    """The records of ServiceNow's log."""
    by_record: dict[str, list[dict[str, str]]] = {}
    for row in _rows(file):
        if row["incident_state"] in SERVICENOW:
            by_record.setdefault(row["number"], []).append(row)
    return [_of_servicenow(rows) for rows in by_record.values()]


def _of_servicenow(rows: list[dict[str, str]]) -> Case:
    rows = sorted(rows, key=lambda row: _local(row["sys_updated_at"]))
    last, opened = rows[-1], _local(rows[0]["opened_at"])
    states = [SERVICENOW[row["incident_state"]] for row in rows]
    ended = _last_end(states, [_local(row["sys_updated_at"]) for row in rows])
    own = _local(last["resolved_at"]) if last["resolved_at"] != "?" else None
    resolved = (own if own and own >= opened else ended) if ended else None
    is_reopened = int(last["reopen_count"]) > 0
    return Case(opened, resolved, resolved, int(last["reassignment_count"]), is_reopened)


def volvo(file: Path) -> list[Case]:
    """The records of Volvo's log."""
    by_record: dict[str, list[dict[str, str]]] = {}
    for row in _rows(file):
        if row["activity"] != "Unmatched":
            by_record.setdefault(row["case_id"], []).append(row)
    return [_of_volvo(rows) for rows in by_record.values()]


def _of_volvo(rows: list[dict[str, str]]) -> Case:
    rows = sorted(rows, key=lambda row: datetime.fromisoformat(row["timestamp"]))
    at = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    states = [VOLVO.get(row["lifecycle"], "open") for row in rows]
    ended = _last_end(states, at)
    teams = [row["org:group"] for row in rows if row["org:group"]]
    moved = sum(before != after for before, after in pairwise(teams))
    is_reopened = any(a in ENDS and b not in ENDS for a, b in pairwise(states))
    resolved = ended if states[-1] != "canceled" else None
    return Case(at[0], resolved, ended, moved, is_reopened)


def _last_end(states: Sequence[str], at: Sequence[datetime]) -> datetime | None:
    ended = None
    for state, when in zip(reversed(states), reversed(at), strict=True):
        if state not in ENDS:
            break
        ended = when
    return ended


def _local(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened)


if __name__ == "__main__":
    sys.exit(main())
