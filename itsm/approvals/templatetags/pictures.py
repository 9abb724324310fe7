"""What is judged, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _l

register = template.Library()

# In this order; what else the picture holds is for conditions.
SHOWN = {
    "requested_for": _l("For whom"),
    "cost": _l("Price"),
    "answers": _l("What was answered"),
    "steps": _l("What will be done"),
    "risk_band": _l("Risk"),
    "planned_start": _l("Planned start"),
    "planned_end": _l("Planned end"),
    "implementation_plan": _l("How it is done"),
    "test_plan": _l("How it is tested"),
    "backout_plan": _l("How it is taken back"),
    "article_title": _l("Title"),
    "article_summary": _l("In one sentence"),
    "article_text": _l("Text"),
    "audience": _l("Who reads it"),
    "reason": _l("Why"),
}
RISKS = {
    "low": _l("Low"),
    "moderate": _l("Moderate"),
    "high": _l("High"),
    "very_high": _l("Very high"),
}


@register.filter
def told(picture: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """The few things people judge by, with their names."""
    return [
        (label, _words(name, picture[name])) for name, label in SHOWN.items() if name in picture
    ]


def _words(name: str, value: Any) -> str:
    if not value:
        return "–"
    if name == "risk_band":
        return str(RISKS.get(value, value))
    if name.startswith("planned_"):
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    return str(value)
