"""Measures in words: their numbers, how sure they are, and how they compare."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.figures import between, shown
from itsm.core.measures import (
    COUNT,
    MEAN,
    MEDIAN,
    SHARE,
    SUM,
    Measure,
    Pair,
    measures,
)
from itsm.core.statistics import LEAST, Figure, stands_out, verdict

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
    *("backlog-age", "self-healed", "runs-verified", "request-lead-time", "requests-in-time"),
    *("hours-saved", "open-breakers", "open-candidates", "deflection"),
)


def in_order() -> list[Measure]:
    """Every measure, those people ask for first at the front."""
    rank = {name: place for place, name in enumerate(ORDER)}
    return sorted(measures.values(), key=lambda each: rank.get(each.name, len(rank)))


def basis(measure: Measure, figure: Figure) -> str:
    """What a number is made of."""
    words = {
        MEDIAN: _("median of %(count)d"),
        SHARE: _("%(hits)d of %(count)d"),
        MEAN: _("mean of %(count)d"),
        COUNT: "",  # the number says it
        SUM: _("%(count)d in all"),
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


__all__ = ["LEAST", "basis", "between", "cells", "change", "in_order", "shown", "standing"]
