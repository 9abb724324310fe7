"""What a record has at all, asked in one statement: of most records most of it is nothing.

Each question that need not be asked by itself saves more than this one costs.
"""

from collections.abc import Mapping
from functools import lru_cache

from django.db import connection

from itsm.tickets.models import Ticket

OWN: Mapping[str, str] = {
    "drafts": "SELECT 1 FROM tickets_draft WHERE ticket_id = %(ticket)s",
    "files": "SELECT 1 FROM tickets_attachment WHERE ticket_id = %(ticket)s AND draft_id IS NULL",
    "pins": "SELECT 1 FROM tickets_pin WHERE ticket_id = %(ticket)s",
    "watchers": "SELECT 1 FROM tickets_watcher WHERE ticket_id = %(ticket)s",
}


def belongings_of(ticket: Ticket, questions: Mapping[str, str]) -> frozenset[str]:
    """The names of those statements over ``%(ticket)s`` that find anything.

    They say only that there is something, to code that then asks as what somebody may see.
    """
    if not questions:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_statement(tuple(questions.values())), {"ticket": ticket.pk})
        found = cursor.fetchone()
    return frozenset(name for name, is_there in zip(questions, found, strict=True) if is_there)


@lru_cache(maxsize=100)
def _statement(questions: tuple[str, ...]) -> str:
    return f"SELECT {', '.join(f'EXISTS ({each})' for each in questions)}"
