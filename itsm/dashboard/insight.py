"""What is done by itself, in a few numbers; each is the sum of the rows it opens."""

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.urls import reverse

from itsm.core.measures import Measure, Pair, measures, pairs_of, scope_of
from itsm.core.statistics import Figure
from itsm.dashboard.measured import basis, change, shown
from itsm.people.models import User

NAMES = (
    *("hours-saved", "self-healed", "runs-verified", "open-breakers", "request-lead-time"),
    "open-candidates",
)
KEPT = 300  # seconds


def bare() -> list[Mapping[str, Any]]:
    """The numbers without their values, which nobody has counted yet."""
    return [_told(each) for each in _wanted()]


def known(user: User) -> list[Mapping[str, Any]]:
    """The numbers of the last thirty days as this person may see them, at most five minutes old."""
    key = f"dashboard.insight.{user.pk}.{user.role}"
    figures: dict[str, tuple[Figure, Figure]] | None = cache.get(key)
    if figures is None:
        pairs = pairs_of(user, _wanted(), scope_of())
        figures = {name: (each.now, each.before) for name, each in pairs.items()}
        cache.set(key, figures, KEPT)
    return [_told(each, *figures[each.name]) for each in _wanted() if each.name in figures]


def _wanted() -> list[Measure]:
    return [measures[each] for each in NAMES if each in measures]


def _told(measure: Measure, now: Figure | None = None, before: Figure | None = None) -> Any:
    told: dict[str, Any] = {
        "name": measure.name,
        "label": measure.label,
        "about": measure.about,
        "address": reverse("measure-rows", args=[measure.name]),
    }
    if now is not None and before is not None:
        told["value"], told["basis"] = shown(measure, now.middle), basis(measure, now)
        told["change"] = change(measure, Pair(now, before))
    return told
