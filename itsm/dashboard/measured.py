"""Measures in words: their numbers, how sure they are, and how they compare."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.lasting import lasting
from itsm.core.measures import (
    A_DAY,
    COUNT,
    HOURS,
    MEAN,
    MEDIAN,
    PART,
    SHARE,
    SUM,
    TIME,
    Measure,
    Pair,
    measures,
)
from itsm.core.statistics import LEAST, Figure, stands_out, verdict

NOTHING = "–"
LOOKS = {"better": "is-resolved", "worse": "is-p1", "same": "", "unknown": "is-faint"}
CHANGES: Mapping[str, Any] = {
    "better": _l("better than before"),
    "worse": _l("worse than before"),
    "same": _l("no clear change"),
    "unknown": _l("too few to compare"),
}
STANDINGS: Mapping[str, Any] = {
    "better": _l("better than all together"),
    "worse": _l("worse than all together"),
    "same": _l("no clear difference"),
    "unknown": _l("too few to compare"),
}
# In the order of the page.
ORDER = (
    *("mtta", "mttr", "first-contact", "reassignments", "reopened", "sla-kept", "backlog"),
    *("backlog-age", "self-healed", "request-lead-time", "requests-in-time", "hours-saved"),
    "open-breakers",
)


def in_order() -> list[Measure]:
    """Every measure, those people ask for first at the front."""
    rank = {name: place for place, name in enumerate(ORDER)}
    return sorted(measures.values(), key=lambda each: rank.get(each.name, len(rank)))


def shown(measure: Measure, value: float | None) -> str:
    """A value of a measure as people read it."""
    if value is None:
        return NOTHING
    if measure.unit == TIME:
        return lasting(timedelta(seconds=value))
    if measure.unit == PART:
        return f"{formats.number_format(round(100 * value, 1), 1)} %"
    if measure.unit == HOURS:
        return _("%(count)s h") % {"count": formats.number_format(round(value, 1), 1)}
    places = 2 if measure.unit == A_DAY or measure.how == MEAN else 0
    return str(formats.number_format(round(value, places), places))


def between(measure: Measure, figure: Figure) -> str:
    """From where to where the truth may well be; nothing for what is simply counted."""
    if figure.low is None or figure.high is None or measure.how in (COUNT, SUM):
        return ""
    low, high = shown(measure, figure.low), shown(measure, figure.high)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def basis(measure: Measure, figure: Figure) -> str:
    """What a number is made of."""
    words = {
        MEDIAN: _("median of %(count)d"),
        SHARE: _("%(hits)d of %(count)d"),
        MEAN: _("mean of %(count)d"),
        COUNT: _("counted one by one"),
        SUM: _("sum of %(count)d"),
    }
    return words[measure.how] % {"count": figure.count, "hits": round(figure.total)}


def cells(measure: Measure, figure: Figure) -> dict[str, str]:
    """A figure as a row of a table shows it."""
    return {
        "count": str(figure.count),
        "value": shown(measure, figure.middle),
        "between": between(measure, figure),
    }


def change(measure: Measure, pair: Pair) -> dict[str, Any]:
    """Whether it became better: in words, with what it was before."""
    said = verdict(pair.now, pair.before, is_less_better=measure.is_less_better)
    return {
        "look": LOOKS[said],
        "words": CHANGES[said],
        "before": shown(measure, pair.before.middle),
        "is_known": bool(pair.before.count),
    }


def standing(measure: Measure, part: Figure, whole: Figure) -> dict[str, Any] | None:
    """Whether a team differs from all together; None where that makes no sense."""
    if measure.how in (COUNT, SUM):
        return None
    said = stands_out(part, whole, is_less_better=measure.is_less_better)
    return {"look": LOOKS[said], "words": STANDINGS[said]}


__all__ = ["LEAST", "basis", "cells", "change", "in_order", "shown", "standing"]
