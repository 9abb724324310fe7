"""How much each word of a text tells about what is like it; pure.

A word that few records have tells more than one that many have (as BM25 weighs them), one of the
title more than one of the description, and the second time it stands there less than the first.
Words that stand together in the title tell a little more where they stand together again.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST_WORDS = 30  # more of a long text do not make the answer better, only slower
TITLE = 2.0  # how often a word of the title counts
ENOUGH = 3.0  # how soon a word said again stops counting
COMMON = 0.5  # the share of all records above which a word says nothing
OFTEN = 0.1  # the share above which it counts, but makes no two records alike
FEW = 20  # records below which nothing is called common
FARTHEST = 3  # places from one word of a phrase to the next
MOST_PHRASES = 12
PHRASE = 0.3  # the share of its words' weight that a phrase adds
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
# The same as stems, as the index has them; what both languages always leave out it knows by itself.
FILLERS = frozenset(
    {
        "alreadi", "also", "alway", "anybodi", "anyth", "cannot", "could", "dear", "even", "get",
        "got", "hello", "howev", "know", "like", "lot", "made", "make", "mani", "may", "mayb",
        "might", "much", "must", "need", "never", "nobodi", "noth", "often", "one", "onto",
        "perhap", "pleas", "realli", "regard", "said", "say", "see", "shall", "sinc", "somebodi",
        "someth", "sometim", "still", "thank", "thing", "today", "tri", "upon", "use", "via",
        "want", "whether", "within", "without", "work", "would", "yesterday", "yet", "beim", "bitt",
        "dank", "geht", "gehen", "gibt", "hallo", "hatt", "heut", "immer", "jemand", "kann",
        "konnt", "mal", "mehr", "niemand", "ohn", "schon", "seit", "sollt", "weg", "wegen", "wollt",
        "wurd",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Word:
    """A word of a text: its places in the title, how often it stands below, how many have it."""

    stem: str
    places: Sequence[int]
    in_body: int
    records: int


@dataclass(frozen=True)
class Weighed:
    """A word or a phrase, as the database asks for it, and what it weighs."""

    stem: str
    weight: float
    records: int = 0


def weighed(words: Iterable[Word], *, of: int) -> list[Weighed]:
    """The words that tell most, the heaviest first; ``of`` so many records in all."""
    found = [
        Weighed(each.stem, _rarity(each.records, of) * _said(each), each.records)
        for each in words
        if each.stem not in FILLERS and not (of >= FEW and each.records > of * COMMON)
    ]
    return sorted(found, key=lambda each: (-each.weight, each.stem))[:MOST_WORDS]


def phrases(words: Iterable[Word], telling: Iterable[Weighed]) -> list[Weighed]:
    """The pairs of telling words that stand together in the title, the heaviest first."""
    weights = {each.stem: each.weight for each in telling}
    placed = sorted((place, each.stem) for each in words for place in each.places)
    found = {
        f"'{one}' <{then - here}> '{next_}'": PHRASE * (weights[one] + weights[next_])
        for (here, one), (then, next_) in pairwise(placed)
        if one != next_ and then - here <= FARTHEST and {one, next_} <= weights.keys()
    }
    heaviest = sorted(found.items(), key=lambda each: -each[1])[:MOST_PHRASES]
    return [Weighed(stem, weight) for stem, weight in heaviest]


def rarest(words: Sequence[Weighed], *, most: int) -> list[Weighed]:
    """As many of the rarest words as lead to at most so many records altogether."""
    taken, led_to = [], 0
    for each in sorted(words, key=lambda each: (each.records, -each.weight)):
        led_to += each.records
        if led_to > most:
            break
        taken.append(each)
    return taken


def in_pairs(words: Sequence[Weighed], *, most: int, records: int) -> str:
    """A question for who has two of the rarest words, as the database asks it; empty for one."""
    found = [each for each in words if each.records <= records]
    rare = sorted(found, key=lambda each: (each.records, -each.weight))[:most]
    stems = [f"'{each.stem}'" for each in rare]
    pairs = [f"{stem} & ({' | '.join(stems[place:])})" for place, stem in enumerate(stems[:-1], 1)]
    return " | ".join(pairs)


def is_often_said(word: Weighed, *, of: int) -> bool:
    """Whether so many records of all have it that sharing it may be chance."""
    return of >= FEW and word.records > of * OFTEN


def _rarity(records: int, of: int) -> float:
    having = min(records, of)
    return math.log(1 + (of - having + 0.5) / (having + 0.5))


def _said(word: Word) -> float:
    times = TITLE * len(word.places) + word.in_body
    return times * (ENOUGH + 1) / (times + ENOUGH)
