"""What stands around changes on the calendar.

By hand: the ORM takes several times as long to word these questions as the database to answer them.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from changes.conflicts import Pane
from changes.models import WindowSort
from changes.windows import Span, exceptions_in, occurrences

MOST_EVIDENCE = 200

# One window as a pane is made of it.
WINDOW = """
    name, sort, starts_at, ends_at, repeats, left_out, added, time_zone, tier, environment,
    exempt_types,
    ARRAY(SELECT service_id FROM changes_window_services WHERE window_id = each.id),
    ARRAY(SELECT configurationitem_id FROM changes_window_configuration_items
          WHERE window_id = each.id)
"""
# What Pane.concerns asks of what is asked about, for the database to answer: to unroll what
# repeats for all would take the time.
ABOUT = """
    environment IN ('', asked.environment) AND (tier IS NULL OR tier >= asked.tier)
    AND (
        EXISTS (SELECT FROM changes_window_services
                WHERE window_id = each.id AND service_id = asked.service_id)
        OR EXISTS (SELECT FROM changes_window_configuration_items
                   WHERE window_id = each.id AND configurationitem_id = ANY(asked.items))
        OR NOT EXISTS (SELECT FROM changes_window_services WHERE window_id = each.id)
        AND NOT EXISTS (SELECT FROM changes_window_configuration_items WHERE window_id = each.id)
    )
"""
# A maintenance window that is over still says that nothing else is allowed.
WINDOWS = f"""
SELECT jsonb_build_array({WINDOW})
FROM changes_window AS each
WHERE is_active AND starts_at < %(end)s
  AND (repeats <> '' OR added <> '' OR ends_at > %(start)s OR sort = 'maintenance')
ORDER BY starts_at, id
"""  # noqa: S608 of a part written here


def panes(span: Span) -> list[Pane]:
    """The freezes and maintenance windows of this time, as they fall on the calendar."""
    with connection.cursor() as cursor:
        cursor.execute(WINDOWS, {"start": span.start, "end": span.end})
        return [pane_of(json.loads(row), span) for (row,) in cursor.fetchall()]


def pane_of(row: Sequence[Any], span: Span) -> Pane:
    """A window as it falls on this time."""
    name, sort, starts_at, ends_at, repeats, left_out, added, named, *about = row
    tier, environment, exempt, services, items = about
    first, zone = Span(*map(datetime.fromisoformat, (starts_at, ends_at))), ZoneInfo(named)
    exceptions = exceptions_in(left_out, added, length=first.end - first.start, zone=zone)
    found = occurrences(first, repeats=repeats, zone=zone, within=span, exceptions=exceptions)
    return Pane(
        name=name,
        is_freeze=sort == WindowSort.FREEZE,
        spans=list(found),
        services=frozenset(services),
        items=frozenset(items),
        tier=tier,
        environment=environment,
        exempt=frozenset(exempt),
    )
