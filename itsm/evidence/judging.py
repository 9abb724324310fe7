"""From what was gathered to what a pack says: the causes, and the evidence as pages show it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Any

from itsm.evidence.accusing import Firing, by_alerts, by_changes, by_lines, notices
from itsm.evidence.blame import Blame, Symptom, blamed
from itsm.evidence.patterns import Line, Pattern, patterns_of, telling
from itsm.evidence.ports import MOST_LINES, Happening
from itsm.evidence.ranking import Cause, causes
from itsm.evidence.shifts import Series, Shift

BEFORE = timedelta(hours=1)
AFTER = timedelta(minutes=15)
LEAD = timedelta(minutes=10)  # a cause shows before it is noticed: alerts wait until they are sure
MOST_CHARTS = 6
MOST_POINTS = 96
MOST_PATTERNS = 12
MOST_CHANGES = 10
LONGEST = 300  # characters of a line that is shown


@dataclass(frozen=True, kw_only=True)
class Findings:
    """Everything that is known around the beginning of a trouble."""

    began_at: datetime
    since: datetime
    until: datetime
    start: str
    edges: Sequence[tuple[str, str]] = ()
    within: Collection[str] = ()
    series: Sequence[Series] = ()
    lines: Sequence[Line] = ()
    firing: Sequence[Firing] = ()
    done: Sequence[Happening] = ()
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def split(self) -> datetime:
        """From when on something may be of the trouble."""
        return split_of(self.since, self.began_at)

    @property
    def says_anything(self) -> bool:
        """Whether there is anything to judge, or somebody who could not be asked."""
        return any((self.series, self.lines, self.firing, self.done, self.missing))


def split_of(since: datetime, began_at: datetime) -> datetime:
    """From when on something may be of a trouble that was noticed at this moment."""
    return max(since, began_at - LEAD)


def judged(findings: Findings) -> dict[str, Any]:
    """What a pack says, as plain values that will still be true in a year."""
    split = findings.split
    blames = blamed(findings.series, findings.edges, Symptom(findings.start, split.timestamp()))
    lines = telling(
        patterns_of(findings.lines, since=split),
        before=(split - _heard_since(findings)).total_seconds(),
        during=(findings.until - split).total_seconds(),
    )
    said = [each for each in findings.lines if each.at >= split]
    done = [*findings.done, *notices(said, findings.within)]
    ranked = causes(
        metrics=[each for each in blames if each.shifts],
        lines=by_lines(lines, findings.within),
        alerts=by_alerts(findings.firing, began_at=findings.began_at),
        changes=by_changes(done, began_at=findings.began_at),
        within=findings.within,
    )
    return {
        "start": findings.start,
        "causes": [_cause(each) for each in ranked],
        "charts": _charts(ranked, blames, findings),
        "patterns": [_pattern(each) for each in lines[:MOST_PATTERNS]],
        "changes": [_change(each) for each in _newest(done)],
        "missing": [{"source": name, "why": why} for name, why in findings.missing.items()],
        "read": {
            "series": len(findings.series),
            "lines": len(findings.lines),
            "components": len(findings.within),
        },
    }


def _heard_since(findings: Findings) -> datetime:
    """From when on lines are known: of very many, only the last ones before were taken."""
    before = [each.at for each in findings.lines if each.at < findings.split]
    return min(before) if len(before) >= MOST_LINES else findings.since


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "component": cause.component[:200],
        "points": cause.points,
        "reasons": [_short(each) for each in cause.reasons],
    }


def _short(reason: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value[:LONGEST] if isinstance(value, str) else value for name, value in reason.items()
    }


def _charts(
    ranked: Sequence[Cause], blames: Sequence[Blame], findings: Findings
) -> list[dict[str, Any]]:
    """The clearest shift of each cause, then of whatever else shifted."""
    order = {each.component: place for place, each in enumerate(ranked)}
    by_rank = sorted(blames, key=lambda each: order.get(each.component, len(order)))
    firsts = [each.shifts[0] for each in by_rank if each.shifts]
    seconds = [shift for each in by_rank for shift in each.shifts[1:2]]
    return [_chart(each, findings) for each in [*firsts, *seconds][:MOST_CHARTS]]


def _chart(shift: Shift, findings: Findings) -> dict[str, Any]:
    series = shift.series
    pairs = zip(series.times, series.values, strict=True)
    return {
        "component": series.component[:200],
        "metric": series.metric[:200],
        "sort": series.sort.value,
        "level": shift.level,
        "became": shift.became,
        "since": datetime.fromtimestamp(shift.since, UTC).isoformat(),
        "points": _thinned(pairs, findings),
        "day_before": _thinned(series.day_before, findings),
    }


def _thinned(
    pairs: Iterable[tuple[float, float | None]], findings: Findings
) -> list[list[float | None]]:
    """So many points as a small picture can show: seconds since the beginning, and the mean."""
    origin = findings.since.timestamp()
    width = max((findings.until.timestamp() - origin) / MOST_POINTS, 1.0)
    bins: dict[int, list[float]] = {}
    for time, value in pairs:
        if value is not None and origin <= time <= findings.until.timestamp():
            bins.setdefault(int((time - origin) / width), []).append(value)
    return [[round(place * width), fmean(values)] for place, values in sorted(bins.items())]


def _pattern(pattern: Pattern) -> dict[str, Any]:
    return {
        "words": pattern.words[:LONGEST],
        "component": pattern.component[:200],
        "level": pattern.level,
        "is_new": pattern.is_new,
        "before": pattern.before,
        "during": pattern.during,
        "first_at": pattern.first_at.isoformat() if pattern.first_at else "",
        "examples": [each[:LONGEST] for each in pattern.examples],
    }


def _newest(done: Sequence[Happening]) -> Sequence[Happening]:
    return sorted(done, key=lambda each: each.at, reverse=True)[:MOST_CHANGES]


def _change(each: Happening) -> dict[str, Any]:
    return {
        "at": each.at.isoformat(),
        "sort": each.sort,
        "title": each.title[:LONGEST],
        "component": each.component,
        "number": each.number,
        "outcome": each.outcome,
    }
