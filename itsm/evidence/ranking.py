"""Which component most likely is the cause: everything that speaks against each, put together.

Independent evidence adds up as chances do: two halves make three quarters. Each sort of evidence
can convince only so far by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itsm.evidence.accusing import Charge, together
from itsm.evidence.blame import Blame

# How far each sort of evidence convinces by itself.
METRICS, LINES, ALERTS, CHANGES = 0.8, 0.7, 0.5, 0.4
ELSEWHERE = 0.8  # for what the map does not connect with where the trouble was noticed
MOST_CAUSES = 5
MOST_REASONS = 6
LEAST_POINTS = 15  # below this nothing speaks clearly enough to be told


@dataclass(frozen=True, slots=True)
class Cause:
    """A component that may be the cause, how much speaks for that, of 100, and what."""

    component: str
    points: int
    reasons: Sequence[Mapping[str, Any]]


def causes(
    *,
    metrics: Sequence[Blame] = (),
    lines: Sequence[Charge] = (),
    alerts: Sequence[Charge] = (),
    changes: Sequence[Charge] = (),
    within: Collection[str] = (),
) -> list[Cause]:
    """The likely causes, the likeliest first; ``within`` is what the map connects with it."""
    sorts: list[tuple[float, Mapping[str, tuple[float, Sequence[Mapping[str, Any]]]]]] = [
        (METRICS, {each.component: (each.score, each.reasons) for each in metrics}),
        (LINES, together(lines)),
        (ALERTS, together(alerts)),
        (CHANGES, together(changes)),
    ]
    names = sorted({name for _most, found in sorts for name in found if name})
    judged = [_cause(name, sorts, within) for name in names]
    told = [each for each in judged if each.points >= LEAST_POINTS]
    return sorted(told, key=lambda each: (-each.points, each.component))[:MOST_CAUSES]


def _cause(
    name: str,
    sorts: Sequence[tuple[float, Mapping[str, tuple[float, Sequence[Mapping[str, Any]]]]]],
    within: Collection[str],
) -> Cause:
    doubt, reasons = 1.0, list[Mapping[str, Any]]()
    for most, found in sorts:
        score, why = found.get(name, (0.0, ()))
        doubt *= 1 - most * min(score, 1.0)
        reasons += why
    sure = 1 - doubt
    if len(within) > 1 and name not in within:
        sure *= ELSEWHERE
        if not any(each["name"] == "apart" for each in reasons):
            reasons.append({"name": "apart"})
    return Cause(name, round(100 * sure), reasons[:MOST_REASONS])
