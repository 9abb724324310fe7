"""Records like one: the same words in its title, of the same service first, resolved ones best.

The newest of the service and the newest of all are looked through, never the whole index: what a
common word costs is bounded, and what was solved lately helps most.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import visible_tickets
from itsm.tickets.workflow import workflows

MOST = 5
MOST_WORDS = 10
CANDIDATES = 25
OF_SERVICE = {"resolved": 150, "closed": 250, "active": 60, "new": 60, "waiting": 40}
OF_ALL = 500
# Words that say how one writes and not what is wrong.
EMPTY = frozenset(
    {
        "the", "and", "for", "are", "was", "were", "with", "from", "this", "that", "not", "has",
        "have", "had", "does", "did", "can", "cannot", "could", "will", "when", "while", "after",
        "before", "since", "into", "onto", "out", "off", "our", "your", "their", "its", "very",
        "still", "again", "please", "above", "below", "over", "under", "more", "than", "too",
        "all", "any", "one", "two", "who", "what", "why", "how",
    }
)  # fmt: skip

FIND = """
WITH near AS MATERIALIZED ({near}),
newest AS MATERIALIZED (
    SELECT id, phase, search, false AS is_near FROM tickets_ticket ORDER BY id DESC LIMIT {of_all}
),
hits AS (
    SELECT id, phase, search, bool_or(is_near) AS is_near
    FROM (SELECT * FROM near UNION ALL SELECT * FROM newest) AS looked_at
    WHERE search @@ to_tsquery('simple', %(any)s) AND id <> %(id)s
    GROUP BY id, phase, search
),
counted AS (
    SELECT id, phase, is_near, ts_rank(search, to_tsquery('simple', %(any)s)) AS rank, (
        SELECT count(*) FROM unnest(%(words)s::text[]) AS word
        WHERE search @@ to_tsquery('simple', word)
    ) AS shared FROM hits
)
SELECT id FROM counted WHERE shared + is_near::int >= %(least)s
ORDER BY shared + is_near::int + (phase IN ('resolved', 'closed'))::int DESC, rank DESC, id DESC
LIMIT {candidates}
"""
OF_PHASE = """
(SELECT id, phase, search, true AS is_near FROM tickets_ticket
  WHERE service_id = %(service)s AND phase = '{phase}' ORDER BY id DESC LIMIT {most})
"""


@dataclass(frozen=True)
class Similar:
    """A record like another, and how it was resolved when it was."""

    ticket: Ticket
    resolution: str


def similar_to(user: User, ticket: Ticket) -> list[Similar]:
    """The records most like this one that this person may see, best first."""
    keys = _keys(ticket)
    if not keys:
        return []
    found = {each.pk: each for each in visible_tickets(user).filter(pk__in=keys)}
    best = [found[key] for key in keys if key in found][:MOST]
    told = _resolutions([each.pk for each in best])
    return [Similar(each, told.get(each.pk, "")) for each in best]


def telling_words(title: str) -> list[str]:
    """The words of a title that say what is wrong; pure."""
    words = dict.fromkeys(each.lower() for each in re.findall(r"\w+", title))
    return [each for each in words if len(each) > 2 and each not in EMPTY][:MOST_WORDS]


def _keys(ticket: Ticket) -> list[int]:
    words = telling_words(ticket.title)
    if not words:
        return []
    given: dict[str, Any] = {
        "any": " | ".join(words),
        "words": words,
        "id": ticket.pk,
        "service": ticket.service_id,
        # One shared word may be chance, unless the service is the same or the title has no more.
        "least": min(2, len(words)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(), given)
        return [row[0] for row in cursor.fetchall()]


def _statement() -> str:
    near = " UNION ALL ".join(
        OF_PHASE.format(phase=phase, most=most) for phase, most in OF_SERVICE.items()
    )
    return FIND.format(near=near, of_all=OF_ALL, candidates=CANDIDATES)


def _resolutions(keys: Collection[int]) -> dict[int, str]:
    """What was done to these records, in the words of who resolved them last."""
    told = Event.objects.filter(
        subject_type__in=_kinds(), subject_id__in=keys, data__given__has_key="notes"
    )
    rows = told.order_by("id").values_list("name", "subject_id", "data__given__notes")
    return {key: notes for name, key, notes in rows if name.endswith(".resolved")}


def _kinds() -> list[str]:
    return list(workflows)
