"""What an improvement's page shows of its numbers, and a record's of what came of it."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _l

from itsm.core.figures import shown
from itsm.core.measures import Measure
from itsm.core.statistics import Figure
from itsm.people.models import User
from itsm.tickets.desks import address_of
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import numbers_visible_to
from problems.improvements.judging import baseline_of, measure_of, measured_now, told
from problems.improvements.models import Improvement
from problems.improvements.selectors import improvements_from

MOST = 10


@panel(
    "kpi", title=_l("Before and after"), template="improvements/_kpi.html",
    kinds=("improvement",), order=4,
)  # fmt: skip
def kpi(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """What it is judged by: as it was, as it is to be, and as it is."""
    assert isinstance(ticket, Improvement)  # noqa: S101 the registry asks for improvements only
    measure = measure_of(ticket)
    origin = ticket.came_from
    if origin is not None and not numbers_visible_to(user, [origin.pk]):
        origin = None
    return {
        "improvement": ticket,
        "measure": measure,
        "origin": origin,
        "origin_address": address_of(origin) if origin else "",
        **(_figures(ticket, measure) if measure else {}),
    }


def _figures(improvement: Improvement, measure: Measure) -> dict[str, Any]:
    baseline = told(measure, baseline_of(improvement)) if improvement.baseline_at else None
    if improvement.measured_at is not None:
        figure = Figure(
            improvement.measured_count or 0,
            improvement.measured,
            improvement.measured_low,
            improvement.measured_high,
        )
    else:
        figure = measured_now(improvement, measure, now=timezone.now())
    return {
        "baseline": baseline,
        "target": shown(measure, improvement.target),
        "now": told(measure, figure),
    }


@panel(
    "improvements", title=_l("Improvements"), template="improvements/_from.html",
    kinds=("problem",), order=40,
)  # fmt: skip
def improvements(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """What is to get better because of it."""
    found = [(each, address_of(each)) for each in improvements_from(user, ticket)[:MOST]]
    may = may_work(user, ticket, "problems.work")
    return {"improvements": found, "may_suggest": may} if found or may else None
