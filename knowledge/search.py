"""Finding articles by words: by stem, by prefix, by synonyms; what holds all the words comes first.

Each word is looked up by itself and no further than a bound, so a common word costs no more than a
rare one; only what was found is ranked.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from itsm.people.models import User
from knowledge.markup import plain_text
from knowledge.models import LIVE, Audience, Synonym, Version
from knowledge.words import SMALL

MOST_WORDS = 8
MOST_SYNONYMS = 2000
OF_A_WORD = 150  # looked at for each word
OF_ALL_WORDS = 300  # looked at that hold every word in what heads them
OF_TEXTS = 120  # looked at that hold every word somewhere
OF_SOME_WORDS = 200  # looked at that hold most of the words
WINDOW = 800  # newest looked through before the long lists of the index are read
SAMPLE = 64  # newest that tell how common a word is
COMMON = 16  # of them, from which on a word is common
# What is left where a mark was taken out before a comma or a stop.
BEFORE_A_MARK = re.compile(r" (?=[,.;:!?)])")
AROUND = 110  # characters of a text around a word that was found
LOOKED_THROUGH = 12_000
NUMBER = re.compile(r"^KB-\d{1,12}$", re.IGNORECASE)

# The states stand in the statement itself, since only then the indexes over what is live serve.
# A step is taken only when the one before has not found enough. What costs is unpacking the words
# of whole texts, and reading the lists of words that most texts have. So a few of the newest texts
# tell which words are common: where all are, the newest hold enough of them; where some are, they
# are looked up among what heads the articles only, and the rare ones everywhere. ``|| ''`` unpacks
# the words of a text once and for all words.
FIND = """
WITH parsed AS (
    SELECT place, (
        SELECT string_agg(DISTINCT '(' || query::text || ')', ' | ')
        FROM (VALUES (to_tsquery('english', words)), (to_tsquery('german', words)),
                     (to_tsquery('simple', plain))) AS meant(query)
        WHERE numnode(query) > 0
    )::tsquery AS query
    FROM unnest(%(words)s::text[], %(plain)s::text[]) WITH ORDINALITY AS each(words, plain, place)
),
asked AS MATERIALIZED (SELECT place, query FROM parsed WHERE query IS NOT NULL),
whole AS MATERIALIZED (
    SELECT string_agg('(' || query::text || ')', ' & ')::tsquery AS all_words,
        string_agg('(' || query::text || ')', ' | ')::tsquery AS any_word, count(*) AS count
    FROM asked
),
in_heads AS MATERIALIZED (
    SELECT found.* FROM whole CROSS JOIN LATERAL (
        SELECT id, article_id, language, ts_rank(head, whole.any_word, 1) AS rank
        FROM knowledge_version WHERE state IN {live} AND audience = ANY(%(audiences)s)
            AND head @@ whole.all_words LIMIT {of_all_words}
    ) AS found
),
sample AS MATERIALIZED (
    SELECT search || '' AS search FROM (
        SELECT search FROM knowledge_version
        WHERE state IN {live} AND audience = ANY(%(audiences)s) ORDER BY id DESC LIMIT {sample}
    ) AS newest WHERE (SELECT count(*) FROM in_heads) < %(most)s
),
common AS MATERIALIZED (
    SELECT place FROM asked, sample WHERE sample.search @@ asked.query
    GROUP BY place HAVING count(*) >= {common}
),
in_newest AS MATERIALIZED (
    SELECT found.* FROM whole CROSS JOIN LATERAL (
        SELECT id, article_id, language, ts_rank(search, whole.any_word, 1) AS rank FROM (
            SELECT id, article_id, language, search FROM knowledge_version
            WHERE state IN {live} AND audience = ANY(%(audiences)s) ORDER BY id DESC LIMIT {window}
        ) AS newest WHERE newest.search @@ whole.all_words LIMIT {of_texts}
    ) AS found WHERE (SELECT count(*) FROM common) = whole.count
),
in_texts AS MATERIALIZED (
    SELECT found.* FROM whole CROSS JOIN LATERAL (
        SELECT id, article_id, language, ts_rank(search, whole.any_word, 1) AS rank
        FROM knowledge_version WHERE state IN {live} AND audience = ANY(%(audiences)s)
            AND search @@ whole.all_words LIMIT {of_texts}
    ) AS found
    WHERE (SELECT count(*) FROM in_heads) + (SELECT count(*) FROM in_newest) < %(most)s
        AND (%(least)s = whole.count OR (SELECT count(*) FROM common) < whole.count)
),
by_word AS (
    SELECT found.id, asked.place FROM asked CROSS JOIN LATERAL (
        (SELECT id FROM knowledge_version WHERE state IN {live} AND audience = ANY(%(audiences)s)
            AND head @@ asked.query LIMIT {of_a_word})
        UNION ALL
        (SELECT id FROM knowledge_version WHERE state IN {live} AND audience = ANY(%(audiences)s)
            AND search @@ asked.query AND asked.place NOT IN (SELECT place FROM common)
            LIMIT {of_a_word})
    ) AS found
    WHERE (SELECT count(*) FROM in_heads) + (SELECT count(*) FROM in_newest)
        + (SELECT count(*) FROM in_texts) < %(most)s
),
likely AS MATERIALIZED (
    SELECT id FROM by_word GROUP BY id ORDER BY count(DISTINCT place) DESC, id DESC
    LIMIT {of_some_words}
),
counted AS (
    SELECT in_heads.*, whole.count AS shared, whole.count AS in_head FROM in_heads, whole
    UNION ALL
    SELECT found.*, whole.count, (
        SELECT count(*) FROM asked, knowledge_version AS hit
        WHERE hit.id = found.id AND hit.head @@ asked.query
    ) FROM (SELECT * FROM in_newest UNION ALL SELECT * FROM in_texts) AS found, whole
    UNION ALL
    SELECT hit.id, hit.article_id, hit.language, ts_rank(unpacked.search, whole.any_word, 1),
        (SELECT count(*) FROM asked WHERE unpacked.search @@ asked.query),
        (SELECT count(*) FROM asked WHERE hit.head @@ asked.query)
    FROM likely JOIN knowledge_version AS hit ON hit.id = likely.id CROSS JOIN whole
    CROSS JOIN LATERAL (SELECT hit.search || '' AS search OFFSET 0) AS unpacked
)
SELECT id FROM (
    SELECT DISTINCT ON (article_id) id, shared, in_head, rank
    FROM counted, whole WHERE shared >= least(%(least)s, whole.count)
    ORDER BY article_id, (language = %(language)s) DESC, shared DESC, in_head DESC
) AS best
ORDER BY shared DESC, in_head DESC, rank DESC, id DESC LIMIT %(most)s
"""


@dataclass(frozen=True)
class Hit:
    """A version that was found, the piece of its text that says why, and the words to mark."""

    version: Version
    excerpt: str = ""
    words: Sequence[str] = field(default_factory=list)


def find(user: User, text: str, *, size: int = 20, is_strict: bool = False) -> list[Hit]:
    """The live articles this person may read that hold the words, best first.

    Of several words most must be there, all of them when ``is_strict``.
    """
    asked = " ".join(text.replace("\x00", " ").split())[:300]
    if NUMBER.match(asked):
        return _numbered(user, asked)
    words = words_of(asked)
    if not words:
        return []
    alike = with_synonyms(words, asked)
    least = len(words) if is_strict else (len(words) + 1) // 2
    keys = _keys(user, [_meaning(each) for each in alike], least=least, most=size)
    found = {each.pk: each for each in _rows(keys)}
    marks = [mark for each in alike for mark in each]
    return [Hit(found[pk], _excerpt(found[pk], marks), marks) for pk in keys if pk in found]


def words_of(text: str) -> list[str]:
    """The words of a question that say what it is about; all of them when none does."""
    words = list(dict.fromkeys(re.findall(r"\w+", text.lower())))
    telling = [each for each in words if each not in SMALL]
    return (telling or words)[:MOST_WORDS]


def with_synonyms(words: Sequence[str], text: str) -> list[list[str]]:
    """For each word itself and what means the same; a synonym of several words is one of them."""
    groups = _groups()
    lowered = " ".join(["", *re.findall(r"\w+", text.lower()), ""])
    found = []
    for word in words:
        alike = [word]
        for group in groups:
            if any(_stands_for(each, word, lowered) for each in group):
                alike += [each for each in group if each not in alike]
        found.append(alike)
    return found


def _stands_for(synonym: str, word: str, text: str) -> bool:
    if " " not in synonym:
        return synonym == word
    return word in synonym.split() and f" {synonym} " in text


def _groups() -> list[list[str]]:
    rows = Synonym.objects.values_list("words", flat=True)[:MOST_SYNONYMS]
    return [
        [part for each in row.split(",") if (part := " ".join(re.findall(r"\w+", each.lower())))]
        for row in rows
    ]


def _meaning(alike: Sequence[str]) -> str:
    """What the database looks for: one of these, those of several words as they follow."""
    return " | ".join("({})".format(" <-> ".join(each.split())) for each in alike)


def _keys(user: User, meanings: Sequence[str], *, least: int, most: int) -> list[int]:
    given: dict[str, Any] = {
        "words": list(meanings),
        # Whoever still types has begun the last word; the others are looked up whole.
        "plain": [*meanings[:-1], _as_prefixes(meanings[-1])],
        "audiences": audiences_of(user),
        "least": least,
        "language": (get_language() or "en")[:2],
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(), given)
        return [row[0] for row in cursor.fetchall()]


def _statement() -> str:
    live = "({})".format(", ".join(f"'{each.value}'" for each in LIVE))
    return FIND.format(
        live=live,
        of_a_word=OF_A_WORD,
        of_all_words=OF_ALL_WORDS,
        of_texts=OF_TEXTS,
        of_some_words=OF_SOME_WORDS,
        window=WINDOW,
        sample=SAMPLE,
        common=COMMON,
    )


def _as_prefixes(meaning: str) -> str:
    return re.sub(r"(\w{3,})", r"\1:*", meaning)


def audiences_of(user: User) -> list[str]:
    """Whose articles this person may read."""
    return list(Audience.values) if user.is_staffer else [Audience.PUBLIC.value]


def readable(user: User, keys: Iterable[int]) -> list[Version]:
    """Those of these versions that are read by this person now."""
    found = Version.objects.filter(
        pk__in=list(keys), state__in=LIVE, audience__in=audiences_of(user)
    )
    return list(found.defer("search", "head").select_related("article__owner_team"))


def _rows(keys: Iterable[int]) -> Iterable[Version]:
    found = Version.objects.filter(pk__in=list(keys)).defer("search", "head")
    return found.select_related("article__owner_team", "article__service")


def _numbered(user: User, number: str) -> list[Hit]:
    from_all = Version.objects.filter(
        article__number=number.upper(),
        state__in=LIVE,
        audience__in=audiences_of(user),
    )
    found = from_all.defer("search", "head").select_related("article__owner_team").first()
    return [Hit(found)] if found else []


def _excerpt(version: Version, words: Sequence[str]) -> str:
    """What stands around the first of the words, in one line; the summary when none is there."""
    line = plain_text(version.body[:LOOKED_THROUGH])
    match = pattern_of(words).search(line)
    if match is None:
        return version.summary
    start, end = max(match.start() - AROUND, 0), match.end() + AROUND
    # Whole words only: from the first that begins, to the last that ends.
    if start:
        start = line.find(" ", start, match.start()) + 1 or start
    if end < len(line):
        end = max(line.rfind(" ", match.end(), end), match.end())
    said = BEFORE_A_MARK.sub("", line[start:end].strip())
    return f"{'… ' if start else ''}{said}{' …' if end < len(line) else ''}"


def pattern_of(words: Sequence[str]) -> re.Pattern[str]:
    """Matches the words as people inflect them: by all but their last letters, five at least."""
    stems = [
        re.escape(each[: max(len(each) - 2, min(len(each) - 1, 5), 3)]) + r"\w{0,8}"
        for each in words
        if each
    ]
    return re.compile(r"\b(?:{})".format("|".join(stems) or r"(?!x)x"), re.IGNORECASE)
