"""Figures of measures as people read and write them."""

from datetime import timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from itsm.core.lasting import lasting
from itsm.core.measures import A_DAY, COUNT, HOURS, MEAN, PART, SUM, TIME, Measure
from itsm.core.statistics import Figure

NOTHING = "–"
# What people write of a value: times in hours, shares in per cent.
WRITTEN = {TIME: 3600.0, PART: 0.01}


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
    told = str(formats.number_format(round(value, places), places))
    return _("%(count)s a day") % {"count": told} if measure.unit == A_DAY else told


def between(measure: Measure, figure: Figure) -> str:
    """From where to where the truth may well be; nothing for what is simply counted."""
    if figure.low is None or figure.high is None or measure.how in (COUNT, SUM):
        return ""
    low, high = shown(measure, figure.low), shown(measure, figure.high)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def value_of(measure: Measure, written: float) -> float:
    """The value of a number as people write it: of a time hours, of a share per cent."""
    return written * WRITTEN.get(measure.unit, 1.0)
