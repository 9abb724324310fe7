"""What stands around a change on the calendar, and what is known of it when it is judged.

By hand: whoever delivers waits for the gate, and the ORM takes several times as long to word these
questions as the database to answer them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from changes.conflicts import Pane, Plot
from changes.models import Change, WindowSort
from changes.windows import Span, exceptions_in, occurrences
from itsm.tickets.models import Link, Priority

MOST_EVIDENCE = 200
MOST_INCIDENTS = 50

# A maintenance window that is over still says that nothing else is allowed.
WINDOWS = """
SELECT name, sort, starts_at, ends_at, repeats, left_out, added, time_zone, tier, environment,
       exempt_types,
       ARRAY(SELECT service_id FROM changes_window_services WHERE window_id = each.id),
       ARRAY(SELECT configurationitem_id FROM changes_window_configuration_items
             WHERE window_id = each.id)
FROM changes_window AS each
WHERE is_active AND starts_at < %(end)s
  AND (repeats <> '' OR added <> '' OR ends_at > %(start)s OR sort = 'maintenance')
"""
# What Pane.concerns asks, for the database to answer.
CONCERNING = """
  AND environment IN ('', %(environment)s) AND (tier IS NULL OR tier >= %(tier)s)
  AND (
    EXISTS (SELECT FROM changes_window_services
            WHERE window_id = each.id AND service_id = %(service)s)
    OR EXISTS (SELECT FROM changes_window_configuration_items
               WHERE window_id = each.id AND configurationitem_id = ANY(%(items)s))
    OR NOT EXISTS (SELECT FROM changes_window_services WHERE window_id = each.id)
    AND NOT EXISTS (SELECT FROM changes_window_configuration_items WHERE window_id = each.id)
  )
"""
IN_ORDER = " ORDER BY starts_at, id"


def panes(span: Span, *, about: Plot | None = None) -> list[Pane]:
    """The freezes and maintenance windows of this time, as they fall on the calendar.

    With a plot, those alone that concern it: to unroll what repeats for all would take the time.
    """
    given: dict[str, Any] = {"start": span.start, "end": span.end}
    if about is not None:
        given |= {"environment": about.environment, "tier": about.tier}
        given |= {"service": about.service_id, "items": list(about.items)}
    with connection.cursor() as cursor:
        cursor.execute(WINDOWS + (CONCERNING if about is not None else "") + IN_ORDER, given)
        return [_pane(row, span) for row in cursor.fetchall()]


def _pane(row: Sequence[Any], span: Span) -> Pane:
    name, sort, start, end, repeats, left_out, added, named, *about = row
    tier, environment, exempt, services, items = about
    zone = ZoneInfo(named)
    exceptions = exceptions_in(left_out, added, length=end - start, zone=zone)
    found = occurrences(
        Span(start, end), repeats=repeats, zone=zone, within=span, exceptions=exceptions
    )
    return Pane(
        name=name,
        is_freeze=sort == WindowSort.FREEZE,
        spans=list(found),
        services=frozenset(services),
        items=frozenset(items),
        tier=tier,
        environment=environment,
        exempt=frozenset(json.loads(exempt)),
    )


class Shown(NamedTuple):
    """A piece of evidence: what it is about, of what name, and what it says."""

    kind: str
    name: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the gate goes by of a change itself: read after its row is held, and at once."""

    tier: int | None
    standing: str | None  # of the template it was made from
    is_freeze_exempt: bool
    is_locked: bool
    items: frozenset[int]
    words: Mapping[str, str]  # the latest on each purpose leave was asked for
    evidence: Sequence[Shown]  # the latest first
    wanted: frozenset[str]  # the kinds of evidence its pipelines ask for
    has_permit: bool  # one that could be used


KNOWN = """
SELECT service.tier, template.standing, template.is_freeze_exempt,
       EXISTS (SELECT FROM changes_gatepolicy_locked_services
               WHERE service_id = ticket.service_id),
       ARRAY(SELECT configurationitem_id FROM tickets_ticket_configuration_items
             WHERE ticket_id = ticket.id),
       (SELECT jsonb_agg(jsonb_build_array(purpose, state) ORDER BY id)
        FROM approvals_approval WHERE ticket_id = ticket.id),
       (SELECT jsonb_agg(jsonb_build_array(kind, name, outcome) ORDER BY happened_at DESC, id DESC)
        FROM (SELECT kind, name, outcome, happened_at, id FROM changes_evidence
              WHERE change_id = ticket.id ORDER BY happened_at DESC, id DESC LIMIT %s) AS latest),
       (SELECT jsonb_agg(required_evidence) FROM changes_pipeline
        WHERE id IN (SELECT pipeline_id FROM changes_trace WHERE change_id = ticket.id)),
       EXISTS (SELECT FROM changes_permit WHERE change_id = ticket.id AND state = 'issued')
FROM tickets_ticket AS ticket
JOIN changes_change AS change ON change.ticket_ptr_id = ticket.id
LEFT JOIN inventory_service AS service ON service.id = ticket.service_id
LEFT JOIN changes_templateversion AS version ON version.id = change.template_version_id
LEFT JOIN changes_changetemplate AS template ON template.id = version.template_id
WHERE ticket.id = %s
"""


def known_of(change: Change) -> Known:
    """What is known of a change at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [MOST_EVIDENCE, change.pk])
        row = cursor.fetchone()
    tier, standing, is_exempt, is_locked, items, words, evidence, wanted, has_permit = row
    return Known(
        tier=tier,
        standing=standing,
        is_freeze_exempt=bool(is_exempt),
        is_locked=is_locked,
        items=frozenset(items),
        words=dict(json.loads(words or "[]")),
        evidence=[Shown(*each) for each in json.loads(evidence or "[]")],
        wanted=frozenset(kind for kinds in json.loads(wanted or "[]") for kind in kinds),
        has_permit=has_permit,
    )


RUNNING = """
SELECT DISTINCT other.number, change.planned_start, change.planned_end
FROM tickets_ticket_configuration_items AS link
JOIN tickets_ticket AS other ON other.id = link.ticket_id AND other.state = 'implement'
JOIN changes_change AS change ON change.ticket_ptr_id = other.id
WHERE link.configurationitem_id = ANY(%s) AND other.id <> %s AND change.environment = %s
  AND change.planned_start < %s AND change.planned_end > %s
"""


def running_with(change: Change, plot: Plot) -> list[Plot]:
    """The changes under way at the time of a plot that alter a component it alters too."""
    if not plot.items:
        return []
    start, end = plot.span.start, plot.span.end
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, [list(plot.items), change.pk, plot.environment, end, start])
        rows = cursor.fetchall()
    return [
        Plot(number=number, span=Span(*span), environment=plot.environment, items=plot.items)
        for number, *span in rows
    ]


GRAVE = """
WITH RECURSIVE needed(id) AS (
    SELECT %(service)s::bigint
    UNION
    SELECT edge.needed_id FROM inventory_servicedependency AS edge
    JOIN needed ON edge.service_id = needed.id
)
SELECT ticket.number, ticket.priority, ticket.major, EXISTS (
           SELECT FROM tickets_link
           WHERE from_ticket_id = ticket.id AND to_ticket_id = %(change)s AND sort = %(fixed)s)
FROM needed
CROSS JOIN LATERAL (
    SELECT id, number, priority,
           (SELECT major FROM incidents_incident WHERE ticket_ptr_id = tickets_ticket.id) AS major
    FROM tickets_ticket
    WHERE service_id = needed.id AND phase IN ('new', 'active', 'waiting') AND kind = 'incident'
    OFFSET 0  -- service by service: else all that is open anywhere is looked through
) AS ticket
WHERE ticket.priority <= %(high)s OR ticket.major
ORDER BY ticket.priority, ticket.id LIMIT %(most)s
"""


class Grave(NamedTuple):
    """A high or major incident that is open, and whether a change is linked as its fix."""

    number: str
    priority: int
    is_major: bool
    is_fixed: bool


def grave_incidents(change: Change) -> list[Grave]:
    """What burns on the service of a change, or on what that needs."""
    if change.service_id is None:
        return []
    given: dict[str, Any] = {
        "service": change.service_id,
        "change": change.pk,
        "fixed": Link.Sort.FIXED_BY.value,
        "high": Priority.HIGH.value,
        "most": MOST_INCIDENTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(GRAVE, given)
        return [Grave(*row) for row in cursor.fetchall()]
