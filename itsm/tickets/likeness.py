"""Which records are like a text or like another record, found and ranked within the database.

The rarest words lead through the index to some hundred records, the newest and those near by are
looked at where the words are common; all of them are then weighed by every word that tells.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from itsm.tickets.weighing import Weighed, Word, in_pairs, is_often_said, phrases, rarest, weighed

TICKET = "ticket"
SORTS = frozenset({TICKET, "article", "runbook"})
# Each record that is looked at is read from another place of the table, which is what costs.
MOST_LED_TO = 300  # records the rarest words may lead to, each alone
MOST_PAIRED = 5_000  # records a word may have to lead anywhere together with another
PAIRED = 8  # words that are paired
WORTH_LOOKING = 60  # records led to above which the newest need not be looked through
NEWEST = 400
BEST_LED_TO, BEST_NEAR = 120, 60  # of each, those that share most are weighed
MOST_AMONG = 1_500
STRONGEST = 8
LONGEST = 8_000  # characters of a description that count
BATCH = 5_000
LEAST_SHARED = 0.25  # of what the words of a record tell

OF_TEXT = "likeness_words(%(title)s, %(body)s)"
# What every record of its form says below its title tells nothing of this one.
OF_RECORD = """(
    SELECT ts_filter(words, '{{a}}') || ts_delete(
        ts_filter(words, '{{b,c,d}}'), tsvector_to_array(likeness_words('', %(form)s))
    ) FROM tickets_likeness WHERE sort = '{sort}' AND subject_id = %(subject)s
)"""
READ = """
SELECT said.lexeme, said.positions[:cardinality(array_positions(said.weights, 'A'))],
       cardinality(said.weights), coalesce(known.records, 0),
       tally.records, tally.words, tally.title_words
FROM unnest({words}) AS said
LEFT JOIN tickets_wordcount AS known ON known.sort = '{sort}' AND known.word = said.lexeme
LEFT JOIN tickets_likenesstally AS tally ON tally.sort = '{sort}'
WHERE ts_lexize('pg_catalog.german_stem', said.lexeme) <> '{{}}'
"""

# One word after the other is asked of the index, so that each leads to what it costs and no more.
LED_TO = """
SELECT led.id, sum(asked.weight) AS shared
FROM asked CROSS JOIN LATERAL (
    SELECT id FROM tickets_likeness
    WHERE sort = '{sort}' AND words @@ asked.query AND subject_id <> %(but)s LIMIT {most}
) AS led
WHERE asked.stem = ANY(%(rarest)s) GROUP BY led.id ORDER BY shared DESC, led.id DESC LIMIT {best}
"""
# The index itself finds who has two of the words; only those are read.
PAIRS = """
SELECT led.id, (
    SELECT sum(asked.weight) FROM asked
    WHERE asked.stem = ANY(%(strongest)s) AND led.words @@ asked.query
) AS shared
FROM (
    SELECT id, words FROM tickets_likeness
    WHERE sort = '{sort}' AND words @@ %(pairs)s::tsquery AND subject_id <> %(but)s LIMIT {most}
) AS led
ORDER BY shared DESC NULLS LAST, led.id DESC LIMIT {best}
"""
NEAR = """
SELECT near.id, (
    SELECT coalesce(sum(asked.weight), 0) FROM asked
    WHERE asked.stem = ANY(%(strongest)s) AND near.words @@ asked.query
) AS shared
FROM (
    {newest}
    (SELECT id, words, subject_id FROM tickets_likeness
      WHERE sort = '{sort}' AND subject_id = ANY(%(near)s))
) AS near
WHERE near.subject_id <> %(but)s ORDER BY shared DESC, near.id DESC LIMIT {best}
"""
NEWEST_FIRST = """
(SELECT id, words, subject_id FROM tickets_likeness
  WHERE sort = '{sort}' ORDER BY subject_id DESC LIMIT {newest}) UNION
"""
# What is long has many words by chance: a length of the usual size costs nothing, a greater some.
RANK = """
WITH asked AS MATERIALIZED (
    SELECT stem, weight, is_phrase,
           CASE WHEN is_phrase THEN stem ELSE quote_literal(stem) END::tsquery AS query
    FROM unnest(%(stems)s::text[], %(weights)s::float8[], %(are_phrases)s::bool[])
         AS asked(stem, weight, is_phrase)
),
candidates AS MATERIALIZED (
    SELECT subject_id, ts_filter(words, '{{a,b,c,d}}') AS words
    FROM tickets_likeness
    WHERE id IN (SELECT id FROM ({sources}) AS found WHERE shared > 0)
),
hits AS (
    SELECT subject_id, stem, weight, told, is_phrase
    FROM candidates CROSS JOIN asked CROSS JOIN LATERAL (
        SELECT CASE WHEN is_phrase THEN (words @@ asked.query)::int * 0.61
                    ELSE ts_rank('{{0.5,0.5,0.5,1}}', words, asked.query) END
    ) AS rank(told)
    WHERE told > 0
),
summed AS (
    SELECT subject_id, sum(weight * told) AS told,
           sum(weight) FILTER (WHERE NOT is_phrase) AS shared,
           array_agg(stem ORDER BY weight DESC) FILTER (WHERE NOT is_phrase) AS stems
    FROM hits GROUP BY subject_id
)
SELECT subject_id, shared / %(whole)s AS share, stems, told
       / power(0.25 + 0.75 * length(words) / %(length)s, 0.3)
       / power(0.5 + 0.5 * length(ts_filter(words, '{{a}}')) / %(title_length)s, 0.6) AS score
FROM summed JOIN candidates USING (subject_id)
ORDER BY score DESC, subject_id DESC LIMIT %(most)s
"""


@dataclass(frozen=True)
class Alike:
    """A record like what was asked for: how much, and by which words.

    ``share`` is how much of what was asked is in it, by the weight of the words, and ``rare`` how
    many of the words are no bare digits, and stand in few other records.
    """

    key: int
    score: float
    share: float
    stems: Sequence[str]
    rare: int

    @property
    def tells(self) -> bool:
        """Whether it shares enough to be shown beside a record of another sort."""
        return self.share >= LEAST_SHARED and len(self.stems) > 1


@dataclass(frozen=True)
class Usual:
    """How many records there are of a sort, and how long they usually are."""

    records: int
    length: float
    title_length: float


def like_text(
    sort: str,
    *,
    title: str,
    body: str = "",
    near: Collection[int] = (),
    among: Collection[int] | None = None,
    most: int = 25,
) -> list[Alike]:
    """The records like a text, best first; ``among`` keeps to these, ``near`` are looked at too."""
    given = {"title": title.replace("\x00", " "), "body": body.replace("\x00", " ")[:LONGEST]}
    return _like(sort, OF_TEXT, given, but=0, near=near, among=among, most=most)


def like_record(
    sort: str, key: int, *, form: str = "", near: Collection[int] = (), most: int = 25
) -> list[Alike]:
    """The records like another one, best first; ``form`` is what its form says in all of them."""
    of_record = OF_RECORD.format(sort=_known(sort))
    return _like(
        sort, of_record, {"subject": key, "form": form}, but=key, near=near, among=None, most=most
    )


def remember(sort: str, texts: Collection[tuple[int, str, str]]) -> None:
    """Keep the words of records, each with its title and its text, in place of what was kept."""
    keys, titles, bodies = zip(*texts, strict=True) if texts else ((), (), ())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tickets_likeness (sort, subject_id, words)
            SELECT %s, key, likeness_words(title, body)
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS given(key, title, body)
            ON CONFLICT (sort, subject_id) DO UPDATE SET words = excluded.words
            """,
            [_known(sort), list(keys), list(titles), list(bodies)],
        )


def forget(sort: str, keys: Collection[int]) -> None:
    """Compare with these records no more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tickets_likeness WHERE sort = %s AND subject_id = ANY(%s)",
            [_known(sort), list(keys)],
        )


def count_words() -> int:
    """Count the words of records that came since last time; how many were read."""
    return sum(_count(sort) for sort in sorted(SORTS))


def _known(sort: str) -> str:
    # It is written into statements, so that the planner sees which index is meant.
    if sort not in SORTS:
        raise ValueError(f"Nothing of the sort {sort} is compared.")
    return sort


def _like(
    sort: str,
    words: str,
    given: dict[str, Any],
    *,
    but: int,
    near: Collection[int],
    among: Collection[int] | None,
    most: int,
) -> list[Alike]:
    asked, together, usual = _read(sort, words, given)
    if not asked or (among is not None and not among):
        return []
    is_open = among is None
    leading = rarest(asked, most=MOST_LED_TO) if is_open else []
    pairs = in_pairs(asked, most=PAIRED, records=MOST_PAIRED) if is_open else ""
    statement = _statement(sort, leading, pairs, is_open=is_open)
    values: dict[str, Any] = {
        "stems": [each.stem for each in (*asked, *together)],
        "weights": [each.weight for each in (*asked, *together)],
        "are_phrases": [False] * len(asked) + [True] * len(together),
        "rarest": [each.stem for each in leading],
        "strongest": [each.stem for each in asked[:STRONGEST]],
        "pairs": pairs,
        "near": list(near if among is None else among),
        "but": but,
        "whole": sum(each.weight for each in asked),
        "length": usual.length,
        "title_length": usual.title_length,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    rare = {each.stem for each in asked if _is_rare(each, usual)}
    return [
        Alike(key, score, share, stems, len(rare.intersection(stems)))
        for key, share, stems, score in rows
    ]


def _is_rare(word: Weighed, usual: Usual) -> bool:
    is_place = word.stem.isdigit() and len(word.stem) < 3  # “Till 3”, and not “Error 503”
    return not is_place and not is_often_said(word, of=usual.records)


def _read(
    sort: str, words: str, given: dict[str, Any]
) -> tuple[list[Weighed], list[Weighed], Usual]:
    """The words and phrases that tell of what is asked, and what is usual for the sort."""
    with connection.cursor() as cursor:
        cursor.execute(READ.format(sort=_known(sort), words=words), given)
        rows = cursor.fetchall()
    records, length, titles = (each or 0 for each in rows[0][4:]) if rows else (0, 0, 0)
    usual = Usual(records, *(max(each / max(records, 1), 1.0) for each in (length, titles)))
    found = [
        Word(stem, places or (), said - len(places or ()), known)
        for stem, places, said, known, *_ in rows
    ]
    telling = weighed(found, of=usual.records)
    return telling, phrases(found, telling), usual


def _statement(sort: str, leading: Sequence[Weighed], pairs: str, *, is_open: bool) -> str:
    led_to = sum(each.records for each in leading)
    is_wide = is_open and led_to < WORTH_LOOKING and not pairs
    newest = NEWEST_FIRST.format(sort=sort, newest=NEWEST) if is_wide else ""
    best = BEST_NEAR if is_open else MOST_AMONG
    sources = [f"({NEAR.format(sort=sort, newest=newest, best=best)})"]
    if leading:
        sources.append(f"({LED_TO.format(sort=sort, most=MOST_LED_TO, best=BEST_LED_TO)})")
    if pairs:
        sources.append(f"({PAIRS.format(sort=sort, most=MOST_LED_TO, best=BEST_LED_TO)})")
    return RANK.format(sources=" UNION ALL ".join(sources))


def _count(sort: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_likenesstally (sort, records, words, title_words, counted_to)"
            " VALUES (%s, 0, 0, 0, 0) ON CONFLICT DO NOTHING",
            [sort],
        )
        cursor.execute(
            """
            WITH fresh AS MATERIALIZED (
                SELECT id, words FROM tickets_likeness WHERE sort = %(sort)s AND id > (
                    SELECT counted_to FROM tickets_likenesstally WHERE sort = %(sort)s
                ) ORDER BY id LIMIT %(batch)s
            ), counted AS (
                INSERT INTO tickets_wordcount AS known (sort, word, records)
                SELECT %(sort)s, lexeme, count(*) FROM fresh, unnest(words)
                GROUP BY lexeme ORDER BY lexeme
                ON CONFLICT (sort, word) DO UPDATE SET records = known.records + excluded.records
            )
            UPDATE tickets_likenesstally SET
                records = records + (SELECT count(*) FROM fresh),
                words = words + (SELECT coalesce(sum(length(fresh.words)), 0) FROM fresh),
                title_words = title_words + (
                    SELECT coalesce(sum(length(ts_filter(fresh.words, '{a}'))), 0) FROM fresh
                ),
                counted_to = (SELECT max(id) FROM fresh)
            WHERE sort = %(sort)s AND EXISTS (SELECT 1 FROM fresh)
            RETURNING (SELECT count(*) FROM fresh)
            """,
            {"sort": sort, "batch": BATCH},
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0
