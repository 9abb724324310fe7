"""How fast incidents are taken up and resolved, day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

DAYS = 14
MOST = 3000  # of the newest incidents are looked at
KEPT = 300  # seconds
# Confidential incidents stay out, so that everybody may be shown the same.
READ = """
WITH newest AS MATERIALIZED (
    SELECT id, opened_at, resolved_at, confidential FROM tickets_ticket
    WHERE kind = 'incident' ORDER BY opened_at DESC, id DESC LIMIT %s
)
SELECT (opened_at AT TIME ZONE %s)::date AS day,
       extract(epoch FROM avg(detail.acknowledged_at - opened_at))::float8,
       extract(epoch FROM avg(resolved_at - opened_at))::float8
FROM newest JOIN incidents_incident AS detail ON detail.ticket_ptr_id = newest.id
WHERE opened_at >= %s AND NOT confidential
GROUP BY day
"""


@dataclass(frozen=True)
class Curve:
    """Mean times by day in seconds, the newest last; None for days without any."""

    days: Sequence[float | None]

    @property
    def recent(self) -> timedelta | None:
        """The mean of the last seven days that have one."""
        known = [each for each in self.days[-7:] if each is not None]
        return timedelta(seconds=sum(known) / len(known)) if known else None

    @property
    def before(self) -> timedelta | None:
        """The mean of the seven days before."""
        return Curve(self.days[:-7]).recent


@dataclass(frozen=True)
class Pace:
    """How long it takes until somebody is on it, and until it is resolved."""

    acknowledged: Curve
    resolved: Curve


def pace() -> Pace:
    """The pace of the last two weeks, no older than five minutes."""
    zone, today = timezone.get_current_timezone_name(), timezone.localdate()
    key = f"dashboard.pace.{zone}.{today}".replace("/", ".")
    rows: list[Any] | None = cache.get(key)
    if rows is None:
        rows = _read(zone, today)
        cache.set(key, rows, KEPT)
    by_day = {row[0]: row for row in rows}
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    told = [by_day.get(day, (day, None, None)) for day in days]
    return Pace(Curve([row[1] for row in told]), Curve([row[2] for row in told]))


def _read(zone: str, today: date) -> list[Any]:
    began = timezone.now() - timedelta(days=DAYS)
    with connection.cursor() as cursor:
        cursor.execute(READ, [MOST, zone, began])
        return list(cursor.fetchall())
