"""How fast and how safely is delivered: five figures, each the sum of rows that can be shown. Pure.

A deployment is one into the environment asked about that is over: it succeeded, failed, or was
rolled back. It is a failed one, once, if it failed or was rolled back, if its change did, if its
change had to be fixed by another, or if at least one incident is confirmed to have been caused by
it; a suspicion is shown beside and not counted, and being the last before an incident is nothing.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

# A figure means nothing without what it was counted by: changed with every change of the rules.
DEFINITION = "1"
SUCCEEDED = "succeeded"
ROLLED_BACK = "rolled_back"
BAD = ("failed", ROLLED_BACK)
NO_TIME = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """An incident put down to a deployment: since when, and until when it was felt."""

    key: int
    began_at: datetime
    ended_at: datetime | None = None


# Not frozen: thousands are made for a page, and to freeze each would take four times as long.
@dataclass(kw_only=True, eq=False)
class Delivery:
    """A deployment that is over, with what is known to have come of it."""

    key: int
    finished_at: datetime
    outcome: str = SUCCEEDED
    started_at: datetime | None = None
    first_commit_at: datetime | None = None
    service: str = ""
    team: str = ""
    environment: str = "production"
    revision: str = ""
    change_id: int | None = None
    has_change_failed: bool = False
    is_rework: bool = False
    troubles: Sequence[Trouble] = ()
    suspected: Sequence[Trouble] = ()
    change_ended_at: datetime | None = None  # when its failed change was over
    is_fixed: bool = False  # another change had to fix it,
    fixed_at: datetime | None = None  # which was delivered then
    next_success_at: datetime | None = None  # of the same service, into the same environment

    # What follows from all that, and under which figures it therefore counts.
    is_failed: bool = field(init=False)
    lead_time: timedelta | None = field(init=False)
    recovery: timedelta | None = field(init=False)
    figures: Sequence[str] = field(init=False)

    def __post_init__(self) -> None:
        is_bad = self.outcome in BAD or self.has_change_failed
        self.is_failed = is_bad or self.is_fixed or bool(self.troubles)
        self.lead_time = self._lead_time()
        self.recovery = self._recovery() if self.is_failed else None
        self.figures = self._figures()

    @property
    def is_success(self) -> bool:
        return self.outcome == SUCCEEDED

    def _lead_time(self) -> timedelta | None:
        """From the first commit it brought to its end; None unless it succeeded and had one."""
        if self.first_commit_at is None or not self.is_success:
            return None
        return max(self.finished_at - self.first_commit_at, NO_TIME)

    def _recovery(self) -> timedelta | None:
        """From the end of a failed one until all was well again; None while it is not."""
        if self.troubles:
            ends = [each.ended_at for each in self.troubles]
            return None if None in ends else self._since_end(max(filter(None, ends)))
        if self.is_fixed:
            return self._since_end(self.fixed_at)
        if self.outcome == ROLLED_BACK and self.started_at is not None:
            # The rollback is its end: how long it was felt is not longer than it lasted.
            return self.finished_at - self.started_at
        if self.has_change_failed and self.outcome not in BAD:
            return self._since_end(self.change_ended_at)
        return self._since_end(self.next_success_at)

    def _figures(self) -> list[str]:
        """The figures this is a row of."""
        found = ["deployments"]
        if self.is_success:
            found.append("frequency")
        if self.lead_time is not None:
            found.append("lead_time")
        if self.is_failed:
            found += ("fail_rate", "unrecovered" if self.recovery is None else "recovery")
        elif self.suspected:
            found.append("suspected")
        if self.is_rework:
            found.append("rework")
        return found

    def _since_end(self, at: datetime | None) -> timedelta | None:
        return None if at is None else max(at - self.finished_at, NO_TIME)


Rows = Sequence[Delivery]
PICKS = (
    "deployments", "frequency", "lead_time", "fail_rate", "recovery", "rework", "suspected",
    "unrecovered",
)  # fmt: skip


def rows_of(figure: str, deliveries: Iterable[Delivery]) -> list[Delivery]:
    """The rows a figure is the sum of."""
    return [each for each in deliveries if figure in each.figures]


@dataclass(frozen=True)
class Figures:
    """The five figures over some deployments, and how many rows each is the sum of."""

    counts: Mapping[str, int]
    lead_time: timedelta | None
    per_day: float
    fail_rate: float | None
    recovery: timedelta | None
    rework_rate: float | None

    @property
    def deployments(self) -> int:
        return self.counts["deployments"]

    def as_plain(self) -> dict[str, Any]:
        """The figures as numbers: seconds, shares of one, deployments a day."""
        return {
            "lead_time_seconds": _seconds(self.lead_time),
            "deployments_per_day": round(self.per_day, 4),
            "change_fail_rate": _share(self.fail_rate),
            "recovery_seconds": _seconds(self.recovery),
            "rework_rate": _share(self.rework_rate),
            "counts": dict(self.counts),
        }


def figures_of(deliveries: Rows, *, days: float) -> Figures:
    """The figures over these deployments, which were made in so many days."""
    counted = Counter(chain.from_iterable(each.figures for each in deliveries))
    counts = {figure: counted[figure] for figure in PICKS}
    total = counts["deployments"]
    return Figures(
        counts=counts,
        lead_time=_median(each.lead_time for each in deliveries),
        per_day=counts["frequency"] / days if days else 0.0,
        fail_rate=counts["fail_rate"] / total if total else None,
        recovery=_median(each.recovery for each in deliveries),
        rework_rate=counts["rework"] / total if total else None,
    )


@dataclass(frozen=True)
class Part:
    """Some of the deployments, under a name or from a day on, with their figures."""

    name: str
    start: datetime | None = None
    end: datetime | None = None
    figures: Figures = field(default_factory=lambda: figures_of((), days=0))


def parts_by(name: str, deliveries: Rows, *, days: float) -> list[Part]:
    """The figures of each service, team or environment, those that deliver most first."""
    groups: dict[str, list[Delivery]] = {}
    for each in deliveries:
        groups.setdefault(getattr(each, name), []).append(each)
    parts = [Part(key, figures=figures_of(rows, days=days)) for key, rows in groups.items()]
    return sorted(parts, key=lambda part: (-part.figures.deployments, part.name))


def parts_in_time(
    deliveries: Rows, *, start: datetime, end: datetime, length: timedelta
) -> list[Part]:
    """The figures of each stretch of time; the last one is as long as is left."""
    starts = []
    while start < end:
        starts.append(start)
        start += length
    rows: list[list[Delivery]] = [[] for _each in starts]
    for each in deliveries:
        if starts and starts[0] <= each.finished_at < end:
            rows[bisect_right(starts, each.finished_at) - 1].append(each)
    stretches = zip(starts, [*starts[1:], end], rows, strict=True) if starts else ()
    return [
        Part("", begin, until, figures_of(found, days=(until - begin) / timedelta(days=1)))
        for begin, until, found in stretches
    ]


def _median(spans: Iterable[timedelta | None]) -> timedelta | None:
    known = sorted(each for each in spans if each is not None)
    if not known:
        return None
    return (known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())


def _share(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
