"""What an improvement is judged by: its measure, as it was and as it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from itsm.core.errors import Refused
from itsm.core.figures import between, shown
from itsm.core.measures import COUNT, SUM, Measure, figure_of, measures, scope_of
from itsm.core.statistics import LEAST, Figure, verdict
from itsm.people.selectors import system_user
from problems.improvements.models import Improvement, Outcome


@dataclass(frozen=True)
class Told:
    """A figure in words."""

    value: str
    between: str
    count: int | None


def measure_of(improvement: Improvement) -> Measure | None:
    """What it is judged by; None when that was not said yet, or is measured no more."""
    if improvement.kpi not in measures:
        return None
    return measures[improvement.kpi]


def measured_now(improvement: Improvement, measure: Measure, *, now: datetime) -> Figure:
    """The figure of the days until now, counted the same whoever looks."""
    start = now - timedelta(days=improvement.kpi_days)
    scope = scope_of(start=start, end=now, team=improvement.kpi_team_id)
    return figure_of(system_user(), measure, scope)


def check_enough(measure: Measure, figure: Figure) -> None:
    """Refuse to judge by a handful; what is counted or summed is what it is."""
    is_counted = measure.how in (COUNT, SUM) and figure.middle is not None
    if not is_counted and not figure.is_enough:
        raise Refused(
            _("%(measure)s has %(count)d rows in that time; at least %(least)d are needed.")
            % {"measure": measure.label, "count": figure.count, "least": LEAST}
        )


def is_reached(measure: Measure, value: float, target: float) -> bool:
    """Whether a value is as good as the target."""
    return value <= target if measure.is_less_better else value >= target


def outcome_of(improvement: Improvement, measure: Measure, figure: Figure) -> Outcome:
    """What came of it: the target reached, surely better, or neither."""
    if is_reached(measure, figure.middle or 0.0, improvement.target or 0.0):
        return Outcome.ACHIEVED
    before = baseline_of(improvement)
    is_better = verdict(figure, before, is_less_better=measure.is_less_better) == "better"
    return Outcome.PARTIAL if is_better else Outcome.NOT


def baseline_of(improvement: Improvement) -> Figure:
    """What was measured when it was approved."""
    return Figure(
        improvement.baseline_count or 0,
        improvement.baseline,
        improvement.baseline_low,
        improvement.baseline_high,
    )


def told(measure: Measure, figure: Figure) -> Told:
    """A figure as pages show it."""
    return Told(shown(measure, figure.middle), between(measure, figure), figure.count)
