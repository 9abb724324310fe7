"""A crowd of records whose words are as common and as rare as those of a language."""

import random
from collections.abc import Iterator

from django.db import connection

VOCABULARY = 60_000
FILL = """
INSERT INTO tickets_likeness (sort, subject_id, words)
SELECT 'ticket', n, setweight(to_tsvector('simple',
    (SELECT string_agg('w' || floor(exp(random() * ln({many})))::int, ' ')
     FROM generate_series(1, 7 + n * 0))), 'A') || to_tsvector('simple',
    (SELECT string_agg('w' || floor(exp(random() * ln({many})))::int, ' ')
     FROM generate_series(1, 40 + n * 0))
)
FROM generate_series(%s::int, %s::int) AS n
"""
BATCH = 50_000


def fill(records: int) -> None:
    """Put so many into the index: the word at place n of the vocabulary is n times as rare."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        # One record after the other would be put into the index for half an hour.
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'likeness_of_tickets'")
        definition = cursor.fetchone()[0]
        cursor.execute("DROP INDEX likeness_of_tickets")
        for first in range(1, records + 1, BATCH):
            last = min(first + BATCH - 1, records)
            cursor.execute(FILL.format(many=VOCABULARY), [first, last])
        cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE tickets_likeness")


def questions(count: int, *, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Texts as people type them: a short title, and two sentences every other time."""
    dice = random.Random(seed)
    for place in range(count):
        yield _text(dice, 7), _text(dice, 30) if place % 2 else ""


def _text(dice: random.Random, words: int) -> str:
    return " ".join(f"w{int(VOCABULARY ** dice.random())}" for _each in range(words))
