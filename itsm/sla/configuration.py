"""What belongs to a calendar, and what objectives are called."""

from itsm.core.configuration import Kind, kinds
from itsm.sla.models import Calendar, Objective


def _hours(calendar: Calendar) -> list[str]:
    return [str(each) for each in calendar.hours.order_by("weekday", "starts")]


def _holidays(calendar: Calendar) -> list[str]:
    return [str(each) for each in calendar.holidays.order_by("falls_on")]


kinds[Calendar] = Kind("calendar", parts={"hours": _hours, "holidays": _holidays})
kinds[Objective] = Kind("objective")
