"""Finding tickets by words: weighted, by prefix, and with a mistyped letter forgiven.

The newest hits are taken by the index and only they are ranked, so a common word costs no more
than a rare one. A word that nobody ever wrote is replaced by the nearest one in the vocabulary.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F, QuerySet

from itsm.core.kept_questions import among
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import ROW_RELATIONS, visible_tickets

NEWEST = 200  # hits that are ranked
WINDOWS = (1_000, 6_000)  # newest tickets that are looked through before the index is asked
WORTH_WALKING = 5  # hits in the first window that make the second one cheaper than the index
MOST_OWN = 5_000
MOST_WORDS = 8
NUMBER = re.compile(r"^[A-Za-z]{2,5}-\d+$")


def search(user: User, text: str, *, kind: str | None = None, size: int = 25) -> list[Ticket]:
    """The best of the newest tickets that hold all the words, best first."""
    for hits in _hits(user, text, kind=kind, size=size):
        if found := list(hits):
            return found
    return []


def keys_found(user: User, text: str, *, kind: str | None = None, size: int = 25) -> list[int]:
    """The keys of what ``search`` finds, where whole tickets would be too much to read."""
    for hits in _hits(user, text, kind=kind, size=size):
        if found := list(hits.values_list("pk", flat=True)):
            return found
    return []


def _hits(user: User, text: str, *, kind: str | None, size: int) -> Iterator[QuerySet[Any]]:
    """What to look for one after the other: the number itself, the words, what they may mean."""
    words = words_of(text)
    if not words:
        return
    tickets = visible_tickets(user, by_key=True)
    if kind is not None:
        tickets = tickets.filter(kind=kind)
    if NUMBER.match(text.strip()):
        yield tickets.filter(number=text.strip().upper())
    yield _ranked(user, tickets, words, size, kind=kind)
    yield _ranked(user, tickets, corrected(words), size, kind=kind)


def narrowed(user: User, tickets: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those of the tickets, all visible to the user, that are among the newest hits, unordered."""
    if NUMBER.match(text.strip()):
        return tickets.filter(number=text.strip().upper())
    words = words_of(text)
    keys = _keys_of_hits(user, words) or _keys_of_hits(user, corrected(words))
    return tickets.filter(pk__in=among(keys)) if keys else tickets.none()


def _keys_of_hits(user: User, words: list[str]) -> list[int]:
    raw = query_text(words)
    if user.has_perm("tickets.view_all"):
        return _newest_hits(raw)
    own = Ticket.objects.first_own(user, most=MOST_OWN)
    hits = own.filter(search=SearchQuery(raw, search_type="raw", config="simple"))
    return list(hits.order_by("-id").values_list("pk", flat=True)[:NEWEST])


def words_of(text: str) -> list[str]:
    """The words of a question, without anything the query language could mean."""
    return [each.lower() for each in re.findall(r"\w+", text.replace("\x00", " "))][:MOST_WORDS]


def query_text(words: list[str]) -> str:
    """All the words, each also as the beginning of a longer one, as the database writes it."""
    return " & ".join(f"{word}:*" if len(word) > 1 else word for word in words)


def _ranked(
    user: User, tickets: QuerySet[Any], words: list[str], size: int, *, kind: str | None
) -> QuerySet[Any]:
    raw = query_text(words)
    query = SearchQuery(raw, search_type="raw", config="simple")
    if user.has_perm("tickets.view_all"):
        candidates = tickets.filter(pk__in=among(_newest_hits(raw)))
    else:
        # What is somebody's own is little: it is read by its keys, and the index is not asked.
        own = Ticket.objects.first_own(user, most=MOST_OWN, kinds=[kind] if kind else [])
        candidates = own.filter(search=query).select_related(*ROW_RELATIONS)
    rank = SearchRank(F("search"), query)
    ranked: QuerySet[Any] = candidates.annotate(rank=rank).order_by("-rank", "-id")
    return ranked[:size]


def _newest_hits(raw: str) -> list[int]:
    """The keys of the newest tickets that match, whoever may see them.

    The database cannot guess how many tickets hold a prefix, so the plan is made here: common words
    are found among the newest tickets, rare ones by the index.
    """
    hits = _hits_among(WINDOWS[0], raw)
    if WORTH_WALKING <= len(hits) < NEWEST:
        hits = _hits_among(WINDOWS[1], raw)
    return hits if len(hits) >= WORTH_WALKING * 5 else _hits_by_index(raw)


def _hits_among(window: int, raw: str) -> list[int]:
    return _ids(
        """
        WITH newest AS MATERIALIZED (
            SELECT id, search FROM tickets_ticket ORDER BY id DESC LIMIT %s
        )
        SELECT id FROM newest WHERE search @@ to_tsquery('simple', %s) ORDER BY id DESC LIMIT %s
        """,
        [window, raw, NEWEST],
    )


def _hits_by_index(raw: str) -> list[int]:
    return _ids(
        """
        WITH hits AS MATERIALIZED (
            SELECT id FROM tickets_ticket WHERE search @@ to_tsquery('simple', %s)
        )
        SELECT id FROM hits ORDER BY id DESC LIMIT %s
        """,
        [raw, NEWEST],
    )


def _ids(statement: str, values: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]


def corrected(words: list[str]) -> list[str]:
    """Each word as it is most probably meant, by the vocabulary of all tickets.

    Letters that changed places are told by the sorted letters, other slips by trigrams.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(
                (SELECT word FROM ticket_word
                  WHERE (letters = sorted OR word %% asked)
                    AND length(word) BETWEEN length(asked) - 2 AND length(asked) + 3
                  ORDER BY letters <> sorted, similarity(word, asked) DESC, word LIMIT 1),
                asked)
            FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS question(asked, sorted, place)
            ORDER BY place
            """,
            [words, ["".join(sorted(each)) for each in words]],
        )
        return [row[0] for row in cursor.fetchall()]


def learn_words() -> int:
    """Add the words of tickets opened since last time to the vocabulary; how many were read."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH fresh AS (
                SELECT id, search FROM tickets_ticket
                WHERE id > (SELECT coalesce(max(learnt_to), 0) FROM ticket_vocabulary)
                ORDER BY id LIMIT 5000
            ), said AS MATERIALIZED (
                SELECT DISTINCT lexeme FROM fresh, unnest(search)
                WHERE length(lexeme) BETWEEN 4 AND 40
            ), words AS (
                INSERT INTO ticket_word (word, letters)
                SELECT lexeme, (
                    SELECT string_agg(letter, '' ORDER BY letter COLLATE "C")
                    FROM regexp_split_to_table(lexeme, '') AS letter
                )
                FROM said WHERE lexeme ~ '^[[:alpha:]]+$'
                ON CONFLICT DO NOTHING
            )
            INSERT INTO ticket_vocabulary (only_row, learnt_to)
            SELECT true, max(id) FROM fresh HAVING count(*) > 0
            ON CONFLICT (only_row) DO UPDATE SET learnt_to = excluded.learnt_to
            """
        )
        return int(cursor.rowcount)
