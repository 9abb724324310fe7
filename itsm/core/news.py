"""Reading what happened since a cursor, so that a slow transaction is never passed over.

Events are ordered by (xid, id). A transaction that committed late has an old xid, so a reader may
only move its cursor up to the oldest transaction still running; what lies past that is told at once
but stays to be remembered by the reader until the cursor has moved over it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection


class Cursor(NamedTuple):
    """A place in the stream of events: everything up to it has been told."""

    xid: int
    id: int

    def __str__(self) -> str:
        return f"{self.xid}-{self.id}"


@dataclass(frozen=True)
class News:
    """One event, as little of it as live screens need."""

    place: Cursor
    id: int
    name: str
    subject_type: str
    subject_id: int
    public: bool
    happened_at: datetime


def parse_cursor(text: Any) -> Cursor | None:
    """The cursor written so; None when it is none."""
    xid, dash, number = str(text).partition("-")
    if not (dash and xid.isascii() and xid.isdigit() and number.isascii() and number.isdigit()):
        return None
    cursor = Cursor(int(xid), int(number))
    return cursor if max(cursor) < 2**63 else None


def horizon() -> Cursor:
    """The newest place that no transaction still running can get behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        row = cursor.fetchone()
    return Cursor(row[0], 0)


READ = """
    WITH horizon AS (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin)
    SELECT horizon.xmin, fresh.xid, fresh.id, fresh.name, fresh.subject_type, fresh.subject_id,
           fresh.public, fresh.happened_at
    FROM horizon LEFT JOIN LATERAL (
        SELECT xid, id, name, subject_type, subject_id, public, happened_at FROM core_event
        WHERE (xid, id) > (%s, %s) AND id <> ALL(%s)
        ORDER BY xid, id LIMIT %s
    ) AS fresh ON true
    ORDER BY fresh.xid, fresh.id
"""


def news_after(
    cursor: Cursor, *, known: Collection[int] = (), most: int = 500
) -> tuple[list[News], Cursor]:
    """What came after the cursor without the known ids, and how far the cursor may move."""
    with connection.cursor() as database:
        database.execute(READ, [cursor.xid, cursor.id, list(known), most])
        rows = database.fetchall()
    safe = Cursor(rows[0][0], 0)
    news = [News(Cursor(row[1], row[2]), row[2], *row[3:]) for row in rows if row[2] is not None]
    if len(news) == most:
        # More may lie behind the last one read, so the cursor stops there.
        safe = min(safe, news[-1].place)
    return news, safe
