"""Weeks and months as people have them in their time zone. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK, MONTH = "week", "month"
SENT_AT = time(7)


def last_period(every: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The last whole week or month before now, from midnight to midnight."""
    today = now.astimezone(zone).date()
    end = _begin(every, today)
    start = _begin(every, end - timedelta(days=1))
    return _midnight(start, zone), _midnight(end, zone)


def next_sending(every: str, now: datetime, zone: ZoneInfo) -> datetime:
    """When the next report is due: at seven on the first day of the next week or month."""
    begin = _begin(every, now.astimezone(zone).date())
    while (due := datetime.combine(begin, SENT_AT, zone)) <= now:
        # From the first of a month, 31 days lead into the next one.
        begin = _begin(every, begin + timedelta(days=7 if every == WEEK else 31))
    return due


def _begin(every: str, day: date) -> date:
    return day - timedelta(days=day.weekday()) if every == WEEK else day.replace(day=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
