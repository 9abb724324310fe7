"""The life of a record, folded from its rows: what it came to, and each moment of it. Pure.

A record is resolved at the instant its own column names, else when it entered for the last time
the states in which it ended. Reassignments are those its own column counts, else how often a team
was followed by another; reopens those it counts, else how often an end was followed by more work.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from incidents.history.rows import Aside, Row

ENDS = frozenset({"resolved", "closed", "canceled"})
# The columns whose changes a moment tells.
TOLD = ("team", "assignee", "category", "subcategory", "impact", "urgency", "priority")


@dataclass(frozen=True, slots=True)
class Moment:
    """One row as an event: what happened, when, by whom, and what changed."""

    name: str
    row: Row
    before: str
    diff: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Life:
    """One record: its moments in the order of time, and what they came to."""

    record: str
    moments: Sequence[Moment]
    last: Row
    opened_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    reassignments: int
    reopens: int

    def said(self, name: str) -> Any:
        """What the last row that says it says of a column."""
        told = (each.row.told.get(name) for each in reversed(self.moments))
        return next((value for value in told if value not in (None, "")), None)


@dataclass
class Log:
    """A whole log: its lives, and the rows nobody can use."""

    lives: list[Life] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)

    @property
    def events(self) -> int:
        return sum(len(life.moments) for life in self.lives)

    @property
    def rows(self) -> int:
        return self.events + len(self.aside)


def folded(rows: Iterable[Row | Aside]) -> Log:
    """The log these rows are, records in the order of their first rows."""
    log = Log()
    by_record: dict[str, list[Row]] = {}
    for row in rows:
        if isinstance(row, Aside):
            log.aside.append(row)
        else:
            by_record.setdefault(row.record, []).append(row)
    log.lives = [life_of(each) for each in by_record.values()]
    return log


def life_of(rows: Sequence[Row]) -> Life:
    """The life these rows of one record tell."""
    # Of the same instant, the order of the log is the best there is.
    rows = sorted(rows, key=lambda row: row.at)
    last = rows[-1]
    opened_at = next((at for row in rows if (at := row.told.get("opened_at"))), rows[0].at)
    ended_at = _entered(rows, ENDS) if last.state in ENDS else None
    resolved_at = _own(last, "resolved_at", opened_at) or ended_at
    closed_at = _own(last, "closed_at", opened_at) or _entered(rows, {last.state})
    return Life(
        record=last.record,
        moments=_moments(rows),
        last=last,
        opened_at=opened_at,
        acknowledged_at=next((row.at for row in rows if row.state != "new"), None),
        resolved_at=resolved_at if last.state in ("resolved", "closed") else None,
        closed_at=closed_at if last.state in ("closed", "canceled") else None,
        reassignments=_counted(rows, "reassignments", _reassignments),
        reopens=_counted(rows, "reopens", _reopens),
    )


def _own(last: Row, name: str, opened_at: datetime) -> datetime | None:
    at = last.told.get(name)
    return at if isinstance(at, datetime) and at >= opened_at else None


def _entered(rows: Sequence[Row], states: Iterable[str]) -> datetime:
    """When the record entered these states for the last time, in which it now is."""
    within = set(states)
    at = rows[-1].at
    for row in reversed(rows):
        if row.state not in within:
            break
        at = row.at
    return at


def _counted(rows: Sequence[Row], name: str, count: Any) -> int:
    own = rows[-1].told.get(name)
    return int(own) if own is not None else int(count(rows))


def _reassignments(rows: Sequence[Row]) -> int:
    teams = [team for row in rows if (team := row.told.get("team"))]
    return sum(before != after for before, after in pairwise(teams))


def _reopens(rows: Sequence[Row]) -> int:
    return sum(before.state in ENDS and after.state not in ENDS for before, after in pairwise(rows))


def _moments(rows: Sequence[Row]) -> list[Moment]:
    moments, known = [Moment("opened", rows[0], "", {})], _facts(rows[0], {})
    for before, row in pairwise(rows):
        now = _facts(row, known)
        diff = {name: (known[name], now[name]) for name in TOLD if known[name] != now[name]}
        moments.append(Moment(_name(before.state, row.state, diff), row, before.state, diff))
        known = now
    return moments


def _facts(row: Row, known: Mapping[str, Any]) -> dict[str, Any]:
    # What a row leaves out has not changed.
    return {name: row.told.get(name) or known.get(name) for name in TOLD}


ENTERED = {"resolved": "resolved", "closed": "closed", "canceled": "canceled", "on_hold": "paused"}


def _name(before: str, after: str, diff: Mapping[str, Any]) -> str:
    if before in ENDS and after not in ENDS:
        return "reopened"
    if before != after and after in ENTERED:
        return ENTERED[after]
    if before != after and after == "in_progress":
        return "resumed" if before == "on_hold" else "started"
    return "assigned" if {"team", "assignee"} & diff.keys() else "edited"


@dataclass(frozen=True)
class Summary:
    """The figures of a log, to be compared with what the product says of it afterwards."""

    incidents: int
    events: Mapping[str, int]
    begins: datetime | None
    ends: datetime | None
    open: int
    mean_to_resolve: timedelta | None
    reassignments: int
    reopened: int
    teams: Sequence[str]


def summary_of(log: Log) -> Summary:
    """What the log comes to."""
    lives = log.lives
    spans = [life.resolved_at - life.opened_at for life in lives if life.resolved_at]
    return Summary(
        incidents=len(lives),
        events=Counter(moment.name for life in lives for moment in life.moments),
        begins=min((life.moments[0].row.at for life in lives), default=None),
        ends=max((life.last.at for life in lives), default=None),
        open=sum(life.last.state not in ENDS for life in lives),
        mean_to_resolve=sum(spans, timedelta(0)) / len(spans) if spans else None,
        reassignments=sum(life.reassignments for life in lives),
        reopened=sum(life.reopens > 0 for life in lives),
        teams=sorted(teams_in(lives)),
    )


def teams_in(lives: Iterable[Life]) -> set[str]:
    """Every team these lives name."""
    return {team for life in lives for each in life.moments if (team := each.row.told.get("team"))}
