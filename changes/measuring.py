"""The five figures of delivery among the other measures; their rows are on its own pages."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _l

from changes.deliveries import PRODUCTION, deliveries_in
from changes.deliveries import Scope as Delivered
from changes.dora import DEFINITION, Delivery
from itsm.core.measures import A_DAY, MEDIAN, PART, SHARE, SUM, TIME, Measure, Scope, declare
from itsm.core.statistics import NOTHING, Figure, median_of, share_of, sum_of
from itsm.people.models import User
from itsm.people.selectors import team_with_id

SECTION = _l("Delivery")
Count = Callable[[Sequence[Delivery], float], Figure]


def _reader(count: Count) -> Callable[[User, Scope], Figure]:
    def read(user: User, scope: Scope) -> Figure:
        return count(_deliveries(user, scope), _days(scope))

    return read


def _deliveries(user: User, scope: Scope) -> Sequence[Delivery]:
    """What was delivered, read once for all five."""
    key = ("deliveries", user.pk)
    if key not in scope.kept:
        scope.kept[key] = deliveries_in(user, _delivered(scope))
    found: Sequence[Delivery] = scope.kept[key]
    return found


def _delivered(scope: Scope) -> Delivered:
    team = team_with_id(scope.team).slug if scope.team is not None else ""
    return Delivered(start=scope.start, end=scope.end, team=team)


def _days(scope: Scope) -> float:
    return scope.length / timedelta(days=1)


def _spans(name: str) -> Count:
    def count(rows: Sequence[Delivery], _length: float) -> Figure:
        spans = (getattr(each, name) for each in rows)
        return median_of([each.total_seconds() for each in spans if each is not None])

    return count


def _share(name: str) -> Count:
    def count(rows: Sequence[Delivery], _length: float) -> Figure:
        return share_of(sum(name in each.figures for each in rows), len(rows))

    return count


def _a_day(rows: Sequence[Delivery], days: float) -> Figure:
    good = sum("frequency" in each.figures for each in rows)
    return sum_of(1 / days, 0, good) if good else NOTHING


def _address(figure: str) -> Callable[[Scope], str]:
    def address(scope: Scope) -> str:
        asked = {"figure": figure, "environment": PRODUCTION, "start": scope.start.isoformat()}
        asked |= {"end": scope.end.isoformat(), "team": _delivered(scope).team}
        return f"/delivery/rows/?{urlencode({name: each for name, each in asked.items() if each})}"

    return address


FIGURES: Sequence[tuple[str, Any, Any, str, str, bool, Count]] = (
    (
        "lead_time", _l("Lead time"),
        _l("The median time from the first commit of a successful deployment to its end."),
        MEDIAN, TIME, True, _spans("lead_time"),
    ),
    (
        "frequency", _l("Deployment frequency"), _l("Successful deployments a day."),
        SUM, A_DAY, False, _a_day,
    ),
    (
        "fail_rate", _l("Change fail rate"),
        _l(
            "The share of deployments that failed, were rolled back, had to be fixed, or caused "
            "an incident that somebody confirmed."
        ),
        SHARE, PART, True, _share("fail_rate"),
    ),
    (
        "recovery", _l("Failed deployment recovery time"),
        _l("The median time from the end of a failed deployment until all was well again."),
        MEDIAN, TIME, True, _spans("recovery"),
    ),
    (
        "rework", _l("Rework rate"),
        _l("The share of deployments that fix an incident or another change."),
        SHARE, PART, True, _share("rework"),
    ),
)  # fmt: skip
for _name, _label, _about, _how, _unit, _less, _count in FIGURES:
    declare(
        Measure(
            name=f"delivery-{_name.replace('_', '-')}",
            label=_label,
            about=_about,
            section=SECTION,
            how=_how,
            unit=_unit,
            version=DEFINITION,
            is_less_better=_less,
            read=_reader(_count),
            address=_address(_name),
        )
    )
