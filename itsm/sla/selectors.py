"""Questions about calendars."""

from datetime import time
from zoneinfo import ZoneInfo

from itsm.sla.business_time import WorkingWeek
from itsm.sla.models import Calendar

ORDINARY = WorkingWeek(ZoneInfo("UTC"), {day: [(time(9), time(17))] for day in range(5)})


def default_week() -> WorkingWeek:
    """The working week that counts where no other is named; Monday to Friday until one is made."""
    calendars = Calendar.objects.prefetch_related("hours", "holidays")
    calendar = calendars.filter(is_default=True).first()
    return week_of(calendar) if calendar else ORDINARY


def week_of(calendar: Calendar) -> WorkingWeek:
    """A calendar as plain data to compute with."""
    spans: dict[int, list[tuple[time, time]]] = {}
    for each in calendar.hours.all():
        spans.setdefault(each.weekday, []).append((each.starts, each.ends))
    holidays = frozenset(each.falls_on for each in calendar.holidays.all())
    return WorkingWeek(ZoneInfo(calendar.time_zone), spans, holidays)
