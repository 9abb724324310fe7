"""When a message goes out: at once, when quiet hours end, or with the next digest."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOURLY, DAILY = "hourly", "daily"


@dataclass(frozen=True)
class Times:
    """When somebody wants to be told; by default at any time."""

    zone: ZoneInfo
    digest: str = "off"
    digest_hour: int = 8
    quiet_from: time | None = None
    quiet_until: time | None = None
    lets_critical: bool = True


@dataclass(frozen=True)
class Due:
    """When a message goes out, and whether together with what else is due then."""

    at: datetime
    gathered: bool


def due(times: Times, *, at: datetime, is_critical: bool = False, is_fixed: bool = False) -> Due:
    """When something that happened ``at`` is to be told."""
    if is_fixed or (is_critical and times.lets_critical):
        return Due(at, gathered=False)
    moment = _next_digest(times, at)
    awake = _end_of_quiet(times, moment)
    return Due(awake, gathered=awake != at)


def _next_digest(times: Times, at: datetime) -> datetime:
    local = at.astimezone(times.zone)
    if times.digest == HOURLY:
        return (local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)).astimezone(
            UTC
        )
    if times.digest == DAILY:
        return _next(local, time(times.digest_hour))
    return at


def _end_of_quiet(times: Times, at: datetime) -> datetime:
    start, end = times.quiet_from, times.quiet_until
    if start is None or end is None or start == end:
        return at
    local = at.astimezone(times.zone)
    now = local.time()
    is_quiet = start <= now < end if start < end else now >= start or now < end
    return _next(local, end) if is_quiet else at


def _next(local: datetime, wanted: time) -> datetime:
    """The next time the clock on the wall shows this."""
    moment = local.replace(hour=wanted.hour, minute=wanted.minute, second=0, microsecond=0)
    # Days are added on the wall, so that a change of summer time moves nothing.
    moment = moment if moment > local else moment + timedelta(days=1)
    return moment.astimezone(UTC)
