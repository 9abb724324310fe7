"""What is known of a change at the moment it is judged: everything the gate goes by, read at once.

By hand and in one statement: whoever delivers waits for the gate, each statement costs a way to the
database and back, and the ORM takes longer to word such questions than the database to answer them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from changes.conflicts import Pane, Plot
from changes.models import Change, GatePolicy
from changes.surroundings import ABOUT, MOST_EVIDENCE, WINDOW, pane_of
from changes.windows import Span
from itsm.automation.models import Run
from itsm.sla.models import Objective
from itsm.tickets.models import Link, Priority

MOST_INCIDENTS = 50
HORIZON = timedelta(days=60)  # how far is looked for when a maintenance window opens

KNOWN = f"""
WITH RECURSIVE asked AS (
    SELECT ticket.id, ticket.service_id, change.environment, change.type, service.tier,
           template.standing, template.is_freeze_exempt,
           ARRAY(SELECT configurationitem_id FROM tickets_ticket_configuration_items
                 WHERE ticket_id = ticket.id) AS items,
           %(now)s::timestamptz
               + coalesce(change.planned_end - change.planned_start, interval '1 minute') AS ends
    FROM tickets_ticket AS ticket
    JOIN changes_change AS change ON change.ticket_ptr_id = ticket.id
    LEFT JOIN inventory_service AS service ON service.id = ticket.service_id
    LEFT JOIN changes_templateversion AS version ON version.id = change.template_version_id
    LEFT JOIN changes_changetemplate AS template ON template.id = version.template_id
    WHERE ticket.id = %(change)s
),
needed(id) AS (
    SELECT service_id FROM asked WHERE service_id IS NOT NULL
    UNION
    SELECT edge.needed_id FROM inventory_servicedependency AS edge
    JOIN needed ON edge.service_id = needed.id
)
SELECT tier, standing, is_freeze_exempt, items,
       EXISTS (SELECT FROM changes_gatepolicy_locked_services WHERE service_id = asked.service_id),
       EXISTS (SELECT FROM changes_permit WHERE change_id = asked.id AND state = 'issued'),
       type = 'standard' AND EXISTS (SELECT FROM automation_run
                                     WHERE change_id = asked.id AND origin = %(healing)s),
       (SELECT jsonb_agg(jsonb_build_array(purpose, state) ORDER BY id)
        FROM approvals_approval WHERE ticket_id = asked.id),
       (SELECT jsonb_agg(jsonb_build_array(kind, name, outcome) ORDER BY happened_at DESC, id DESC)
        FROM (SELECT kind, name, outcome, happened_at, id FROM changes_evidence
              WHERE change_id = asked.id ORDER BY happened_at DESC, id DESC
              LIMIT %(evidence)s) AS latest),
       (SELECT jsonb_agg(required_evidence) FROM changes_pipeline
        WHERE id IN (SELECT pipeline_id FROM changes_trace WHERE change_id = asked.id)),
       (SELECT to_jsonb(policy) FROM changes_gatepolicy AS policy LIMIT 1),
       (SELECT jsonb_agg(jsonb_build_array("left", burn, measured_at, fresh_minutes))
        FROM sla_objective WHERE service_id = asked.service_id AND is_active),
       (SELECT jsonb_agg(jsonb_build_array({WINDOW}) ORDER BY starts_at, id)
        FROM changes_window AS each
        WHERE is_active AND starts_at < %(horizon)s
          AND (repeats <> '' OR added <> '' OR ends_at > %(now)s OR sort = 'maintenance')
          AND {ABOUT}),
       (SELECT jsonb_agg(DISTINCT jsonb_build_array(number, planned_start, planned_end))
        FROM tickets_ticket_configuration_items AS link
        CROSS JOIN LATERAL (
            SELECT other.number, change.planned_start, change.planned_end
            FROM tickets_ticket AS other
            JOIN changes_change AS change ON change.ticket_ptr_id = other.id
            WHERE other.id = link.ticket_id AND other.state = 'implement'
              AND change.environment = asked.environment
              AND change.planned_start < asked.ends AND change.planned_end > %(now)s
            OFFSET 0  -- link by link: else all that is under way anywhere is looked through
        ) AS running
        WHERE link.configurationitem_id = ANY(asked.items) AND link.ticket_id <> asked.id),
       (SELECT jsonb_agg(jsonb_build_array(number, priority, coalesce(major, false), is_fixed))
        FROM (
            SELECT ticket.number, ticket.priority, ticket.major, EXISTS (
                       SELECT FROM tickets_link
                       WHERE from_ticket_id = ticket.id AND to_ticket_id = asked.id
                         AND sort = %(fixed)s) AS is_fixed
            FROM needed
            CROSS JOIN LATERAL (
                SELECT id, number, priority,
                       (SELECT major FROM incidents_incident
                        WHERE ticket_ptr_id = tickets_ticket.id) AS major
                FROM tickets_ticket
                WHERE service_id = needed.id AND phase IN ('new', 'active', 'waiting')
                  AND kind = 'incident'
                OFFSET 0  -- service by service: else all that is open anywhere is looked through
            ) AS ticket
            WHERE ticket.priority <= %(high)s OR ticket.major
            ORDER BY ticket.priority, ticket.id LIMIT %(most)s
        ) AS grave)
FROM asked
"""  # noqa: S608 of parts written here


class Shown(NamedTuple):
    """A piece of evidence: what it is about, of what name, and what it says."""

    kind: str
    name: str
    outcome: str


class Grave(NamedTuple):
    """A high or major incident that is open, and whether a change is linked as its fix."""

    number: str
    priority: int
    is_major: bool
    is_fixed: bool


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the gate goes by: read after the change's row is held, and at once."""

    tier: int | None
    standing: str | None  # of the template it was made from
    is_freeze_exempt: bool
    items: frozenset[int]
    is_locked: bool
    has_permit: bool  # one that could be used
    heals: bool
    words: Mapping[str, str]  # the latest on each purpose leave was asked for
    evidence: Sequence[Shown]  # the latest first
    wanted: frozenset[str]  # the kinds of evidence its pipelines ask for
    policy: GatePolicy
    objectives: Sequence[Objective]  # of its service
    panes: Sequence[Pane]  # that concern it
    running: Sequence[Plot]  # what is under way on its components
    grave: Sequence[Grave]  # what burns on its service, or on what that needs


def known_of(change: Change, *, now: datetime) -> Known:
    """What is known of a change at this moment."""
    given: dict[str, Any] = {
        "change": change.pk,
        "now": now,
        "horizon": now + HORIZON,
        "evidence": MOST_EVIDENCE,
        "healing": Run.Origin.HEALING.value,
        "fixed": Link.Sort.FIXED_BY.value,
        "high": Priority.HIGH.value,
        "most": MOST_INCIDENTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, given)
        tier, standing, is_exempt, items, is_locked, has_permit, heals, *told = cursor.fetchone()
    words, evidence, wanted, policy, objectives, windows, running, grave = (
        json.loads(each) if each else None for each in told
    )
    return Known(
        tier=tier,
        standing=standing,
        is_freeze_exempt=bool(is_exempt),
        items=frozenset(items),
        is_locked=is_locked,
        has_permit=has_permit,
        heals=heals,
        words=dict(words or ()),
        evidence=[Shown(*each) for each in evidence or ()],
        wanted=frozenset(kind for kinds in wanted or () for kind in kinds),
        policy=GatePolicy(**(policy or {})),
        objectives=[_objective(*each) for each in objectives or ()],
        panes=[pane_of(each, Span(now, now + HORIZON)) for each in windows or ()],
        running=list(_plots(running or (), change, frozenset(items))),
        grave=[Grave(*each) for each in grave or ()],
    )


def _objective(left: float, burn: float, measured_at: str | None, fresh_minutes: int) -> Objective:
    measured = datetime.fromisoformat(measured_at) if measured_at else None
    return Objective(left=left, burn=burn, measured_at=measured, fresh_minutes=fresh_minutes)


def _plots(rows: Sequence[Any], change: Change, items: frozenset[int]) -> Iterator[Plot]:
    for number, start, end in rows:
        span = Span(datetime.fromisoformat(start), datetime.fromisoformat(end))
        yield Plot(number=number, span=span, environment=change.environment, items=items)
