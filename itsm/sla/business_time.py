"""Adding working hours to an instant; pure arithmetic in the time zone of a calendar.

Hours are wall-clock hours of that zone, so a working day of eight hours stays one when the clocks
change. All instants given and returned are aware.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[time, time]

FARTHEST = timedelta(days=3660)


@dataclass(frozen=True)
class WorkingWeek:
    """When work is done: spans of each weekday (0 is Monday) in a zone, without the holidays."""

    zone: ZoneInfo
    spans: Mapping[int, Sequence[Span]]
    holidays: frozenset[date] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Whether any work is done that day."""
        return day not in self.holidays and bool(self.spans.get(day.weekday()))

    def open_hours(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The working spans of a day as instants."""
        if day in self.holidays:
            return
        for start, end in self.spans.get(day.weekday(), ()):
            last = day + timedelta(days=1) if end == time(0) else day
            yield (
                datetime.combine(day, start, self.zone),
                datetime.combine(last, end, self.zone),
            )


def add_working_days(week: WorkingWeek, start: datetime, days: int) -> datetime:
    """The same hour so many working days later; a start on a free day counts from its end."""
    if not any(week.spans.values()):
        raise ValueError("The calendar has no working hours.")
    local = start.astimezone(week.zone)
    day = local.date()
    for _ in range(days):
        day = _next_working_day(week, day)
    return datetime.combine(day, local.timetz().replace(tzinfo=None), week.zone)


def add_working_time(week: WorkingWeek, start: datetime, length: timedelta) -> datetime:
    """The instant at which so much working time has passed since the start."""
    left, day = length, start.astimezone(week.zone).date()
    last = day + FARTHEST
    while day <= last:
        for opens, closes in week.open_hours(day):
            begin = max(opens, start)
            available = _elapsed(begin, closes)
            if available <= timedelta(0):
                continue
            if left <= available:
                return _later(begin, left)
            left -= available
        day += timedelta(days=1)
    raise ValueError("The calendar has too few working hours.")


def working_time_between(week: WorkingWeek, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two instants; none when they are the wrong way round."""
    total, day = timedelta(0), start.astimezone(week.zone).date()
    while day <= end.astimezone(week.zone).date():
        for opens, closes in week.open_hours(day):
            total += max(_elapsed(max(opens, start), min(closes, end)), timedelta(0))
        day += timedelta(days=1)
    return total


def is_open(week: WorkingWeek, at: datetime) -> bool:
    """Whether an instant lies in working time."""
    day = at.astimezone(week.zone).date()
    return any(opens <= at < closes for opens, closes in week.open_hours(day))


def _next_working_day(week: WorkingWeek, day: date) -> date:
    last = day + FARTHEST
    day += timedelta(days=1)
    while not week.is_working_day(day):
        day += timedelta(days=1)
        if day > last:
            raise ValueError("The calendar has no working days.")
    return day


def _elapsed(start: datetime, end: datetime) -> timedelta:
    # Differences between aware instants of one zone ignore its clock changes; in UTC they do not.
    return end.astimezone(ZoneInfo("UTC")) - start.astimezone(ZoneInfo("UTC"))


def _later(start: datetime, length: timedelta) -> datetime:
    return (start.astimezone(ZoneInfo("UTC")) + length).astimezone(start.tzinfo)
