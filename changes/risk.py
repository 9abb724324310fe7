"""How risky a change is: a sum of named contributions, each with its reason. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _l

MOST = 100
BANDS = ((25, "low"), (50, "moderate"), (75, "high"), (MOST + 1, "very_high"))
TIER_POINTS = {1: 30, 2: 20, 3: 10, 4: 0}
# What a change is remembered for: how it ended, and the worst incident it caused by priority.
ENDED = {"successful": 3, "successful_with_issues": -2, "unsuccessful": -5, "rolled_back": -5}
CAUSED = {1: -10, 2: -5, 3: -2}


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is known of a change when its risk is judged; the defaults are the harmless ones."""

    tier: int | None = None
    touched: int = 1
    downstream: int = 0
    has_tested_backout: bool = True
    lead_time: timedelta | None = None
    wanted_lead_time: timedelta = timedelta(0)
    is_outside_window: bool = False
    record: float | None = None
    records: Mapping[str, float] = field(default_factory=dict)  # what the record is the worst of
    has_failed_evidence: bool = False
    destroys: str = ""
    is_irreversible: bool = False
    has_open_incident: bool = False
    answered: int = 0


@dataclass(frozen=True)
class Contribution:
    """What one circumstance adds to the risk, in points, and why."""

    name: str
    points: int
    why: str | Promise


@dataclass(frozen=True)
class Risk:
    """The points of a change from 0 to 100, their band, and what they are made of."""

    score: int
    band: str
    contributions: Sequence[Contribution]


def risk_of(known: Circumstances) -> Risk:
    """Judge a change: by the sum of its contributions, its questionnaire or its plan, whichever
    is the highest."""
    found = [
        Contribution(name, points, why)
        for name, why, judge in FACTORS
        if (points := judge(known)) != 0
    ]
    computed = sum(each.points for each in found)
    others = {"questionnaire": known.answered, "plan": DESTROYED_POINTS.get(known.destroys, 0)}
    name = max(others, key=lambda each: others[each])
    if others[name] > computed:
        found = [Contribution(name, others[name], BEYOND[name])]
    score = min(max(computed, others[name], 0), MOST)
    return Risk(score, band_of(score), found)


def band_of(score: int) -> str:
    """The band of a number of points."""
    return next(band for limit, band in BANDS if score < limit)


def track_record(ended: Sequence[tuple[str, int | None]]) -> float | None:
    """The mean score of past changes, each its close code and the worst priority it caused.

    From -15 to 3; None when there were none that count.
    """
    scores = [ENDED[code] + CAUSED.get(worst or 0, 0) for code, worst in ended if code in ENDED]
    return sum(scores) / len(scores) if scores else None


def rating_of(record: float) -> str:
    """A track record in a word."""
    limits = ((0, "low"), (1.5, "medium"), (2.5, "high"))
    return next((word for limit, word in limits if record < limit), "excellent")


# What a plan weighs by itself, by what it destroys: where data are, it is high whatever else holds.
DESTROYED_POINTS = {"data": 50, "something": 25}
BEYOND = {
    "questionnaire": _l("The questionnaire says so."),
    "plan": _l("Its plan destroys what exists, or even what holds data."),
}
RECORD_POINTS = {"excellent": -10, "high": -5, "medium": 5, "low": 20}


def _tier(known: Circumstances) -> int:
    return TIER_POINTS.get(known.tier, 0) if known.tier is not None else 0


def _touched(known: Circumstances) -> int:
    return min(3 * max(known.touched - 1, 0), 15)


def _downstream(known: Circumstances) -> int:
    return min(3 * known.downstream, 15)


def _lead_time(known: Circumstances) -> int:
    is_short = known.lead_time is not None and known.lead_time < known.wanted_lead_time
    return 10 if is_short else 0


def _record(known: Circumstances) -> int:
    return 0 if known.record is None else RECORD_POINTS[rating_of(known.record)]


Judge = Callable[[Circumstances], int]
FACTORS: tuple[tuple[str, Promise, Judge], ...] = (
    ("tier", _l("The organisation depends on the service."), _tier),
    ("touched", _l("Several services or components are touched."), _touched),
    ("downstream", _l("Other services need what is changed."), _downstream),
    (
        "backout",
        _l("Nobody has tested how to take it back."),
        lambda known: 0 if known.has_tested_backout else 15,
    ),
    ("lead_time", _l("It is planned at shorter notice than the policy asks for."), _lead_time),
    (
        "window",
        _l("It lies outside the maintenance window."),
        lambda known: 10 if known.is_outside_window else 0,
    ),
    ("record", _l("How earlier changes of this sort ended."), _record),
    (
        "evidence",
        _l("Tests failed, or a scan found something critical."),
        lambda known: 20 if known.has_failed_evidence else 0,
    ),
    (
        "irreversible",
        _l("Data are moved, or it cannot be undone."),
        lambda known: 15 if known.is_irreversible else 0,
    ),
    (
        "incident",
        _l("The service has an open incident."),
        lambda known: 10 if known.has_open_incident else 0,
    ),
)
