"""Which component's metrics look most like the cause of a symptom. Pure.

A component is suspected for how far its metrics left their normal; less so as far as what it needs
explains that, for whoever waits for something slow is slow; and by how much of the symptom its own
trouble would account for.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from itsm.evidence.shifts import Series, Shift, Sort, shift_of

OTHER_SORT = 0.3  # of a shift, where the symptom is of another sort
TRAFFIC = 0.2  # that more or fewer ask is seldom the cause
CLEAR = 2.0  # standard deviations from which a shift counts as trouble
SURE, UNSURE = 4.0, 0.5  # among many series some always stray a little
LEAST_OWN = 0.1  # what is left where everything is explained by what is needed
NO_TROUBLE = 0.3  # for components that show none of the symptom's sort
SHARED = 0.75  # how much the share of the symptom counts: an exponent
APART = 0.5  # for components the symptom's component does not need
WELL = 0.6  # own trouble from here on: what it needs does not explain it
MOST_REASONS = 3

Edges = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Symptom:
    """What was noticed: where, since when, and by which sort of metric where that is known."""

    component: str
    at: float
    sort: Sort | None = None
    statistic: str = ""


@dataclass(frozen=True, slots=True)
class Blame:
    """How strongly the metrics of a component speak against it, between 0 and 1, and why."""

    component: str
    score: float
    reasons: Sequence[Mapping[str, Any]]
    shifts: Sequence[Shift] = field(default=())


def blamed(series: Iterable[Series], edges: Edges, symptom: Symptom) -> list[Blame]:
    """The components with what speaks against each, the most suspected first."""
    shifts: dict[str, list[Shift]] = defaultdict(list)
    traffic: dict[str, float] = {}
    for each in series:
        if each.sort is Sort.TRAFFIC:
            traffic[each.component] = _mean_after(each, symptom.at)
        if (shift := shift_of(each, at=symptom.at)) is not None:
            shifts[each.component].append(shift)
    sort = symptom.sort or _sort_seen(shifts.get(symptom.component, ()))
    graph = _Graph(edges, symptom.component)
    troubles = {
        name: _trouble(found, sort, symptom.statistic, traffic.get(name, 1.0))
        for name, found in shifts.items()
    }
    whole = troubles.get(symptom.component) or max(troubles.values(), default=0.0)
    judged = [_judged(name, found, sort, graph, troubles, whole) for name, found in shifts.items()]
    return sorted(judged, key=lambda each: (-each.score, each.component))


def needed_by(component: str, edges: Edges) -> set[str]:
    """All that a component needs, directly or not, and itself."""
    return _Graph(edges, component).within


class _Graph:
    def __init__(self, edges: Edges, start: str) -> None:
        self.needs: dict[str, set[str]] = defaultdict(set)
        for user, needed in edges:
            self.needs[user].add(needed)
        self.within, waiting = {start}, [start]
        while waiting:
            fresh = self.needs.get(waiting.pop(), set()) - self.within
            self.within |= fresh
            waiting.extend(fresh)
        self.is_known = len(self.within) > 1


def _mean_after(series: Series, at: float) -> float:
    pairs = zip(series.times, series.values, strict=True)
    found = [value for time, value in pairs if value is not None and time + series.step > at]
    return fmean(found) if found else 1.0


def _sort_seen(shifts: Sequence[Shift]) -> Sort | None:
    """What the symptom most likely is, by the component it was noticed at."""
    telling = [each for each in shifts if each.series.sort in TROUBLES and each.strength > CLEAR]
    strongest = max(telling, key=lambda each: each.strength, default=None)
    return strongest.series.sort if strongest else None


TROUBLES = (Sort.LATENCY, Sort.ERRORS, Sort.AVAILABILITY)


def _trouble(shifts: Sequence[Shift], sort: Sort | None, statistic: str, traffic: float) -> float:
    """How much of the symptom's sort a component suffers: time, or answers that were lost."""
    found = [
        abs(each.amount) * (1.0 if sort is Sort.ERRORS else traffic)
        for each in shifts
        if each.series.sort is sort
        and each.strength > CLEAR
        and (not statistic or each.series.statistic == statistic)
    ]
    return max(found, default=0.0)


def _judged(
    name: str,
    shifts: Sequence[Shift],
    sort: Sort | None,
    graph: _Graph,
    troubles: Mapping[str, float],
    whole: float,
) -> Blame:
    ordered = sorted(shifts, key=lambda each: -_weight(each, sort) * math.log1p(each.strength))
    score = _weight(ordered[0], sort) * math.log1p(ordered[0].strength)
    reasons = [_told(each) for each in ordered if each.strength > CLEAR][:MOST_REASONS]
    own, trouble = 1.0, troubles[name]
    if sort is not None and trouble > 0:
        needed = {each: troubles.get(each, 0.0) for each in graph.needs.get(name, ())}
        own = max(LEAST_OWN, 1 - sum(needed.values()) / trouble)
        share = min(1.0, trouble / whole)
        score *= own * share**SHARED
        reasons += _about_needs(own, needed, graph, share)
    elif sort is not None:
        score *= NO_TROUBLE
    if graph.is_known and name not in graph.within:
        score *= APART
        reasons.append({"name": "apart"})
    told = reasons if ordered[0].strength > CLEAR else []
    clear = [each for each in ordered if each.strength > CLEAR]
    if ordered[0].strength < SURE:
        score *= UNSURE
    return Blame(name, score**2 / (score**2 + 4), told, clear)


def _weight(shift: Shift, sort: Sort | None) -> float:
    if shift.series.sort is Sort.TRAFFIC:
        return TRAFFIC
    return 1.0 if sort is None or shift.series.sort is sort else OTHER_SORT


def _told(shift: Shift) -> dict[str, Any]:
    return {
        "name": "rose" if shift.amount > 0 else "fell",
        "metric": shift.series.metric,
        "statistic": shift.series.statistic,
        "level": shift.level,
        "became": shift.became,
        "since": shift.since,
        "strength": round(shift.strength, 1),
        **({"by_day_before": True} if shift.is_by_day_before else {}),
    }


def _about_needs(
    own: float, needed: Mapping[str, float], graph: _Graph, share: float
) -> list[dict[str, Any]]:
    """What the dependency map says of a component in trouble."""
    if own < WELL:
        ill = sorted(needed, key=lambda each: (-needed[each], each))[:2]
        return [{"name": "explained", "by": [each for each in ill if needed[each] > 0]}]
    told: list[dict[str, Any]] = [{"name": "own", "share": round(100 * share)}]
    if graph.is_known and needed:
        told.append({"name": "needs_well", "count": len(needed)})
    return told
