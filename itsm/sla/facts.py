"""What conditions may ask of the hour."""

from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.core.facts import FLAG, NUMBER, TEXT, Situation, fact
from itsm.sla.business_time import is_open
from itsm.sla.selectors import default_week

DAYS = (
    ("monday", _l("Monday")),
    ("tuesday", _l("Tuesday")),
    ("wednesday", _l("Wednesday")),
    ("thursday", _l("Thursday")),
    ("friday", _l("Friday")),
    ("saturday", _l("Saturday")),
    ("sunday", _l("Sunday")),
)


@fact("calendar.business_hours", label=_l("It is working time"), sort=FLAG)
def business_hours(situation: Situation) -> Any:
    """Whether it is working time by the default calendar."""
    return is_open(default_week(), situation.at)


@fact("calendar.weekday", label=_l("Weekday"), sort=TEXT, choices=DAYS)
def weekday(situation: Situation) -> Any:
    """The day of the week in the zone of the default calendar."""
    return DAYS[situation.at.astimezone(default_week().zone).weekday()][0]


@fact("calendar.hour", label=_l("Hour, 0 to 23"), sort=NUMBER)
def hour(situation: Situation) -> Any:
    """The hour in the zone of the default calendar."""
    return situation.at.astimezone(default_week().zone).hour
