"""Which resolved records are about the same: they share most of the words of their titles. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from knowledge.words import SMALL

LEAST = 3  # records
ALIKE = 0.5  # of the words of two titles
# A word in more titles than this share tells nothing, and would make everything alike.
TOO_COMMON = 0.4
MOST_IN_BUCKET = 200


@dataclass(frozen=True)
class Told:
    """A record as clusters are made of: its key, its title, and what it belongs to."""

    pk: int
    title: str
    group: int | None


def clusters_of(records: Sequence[Told], *, least: int = LEAST) -> list[list[int]]:
    """The keys of records that are alike, the largest cluster first."""
    found: list[list[int]] = []
    groups: dict[int | None, list[Told]] = defaultdict(list)
    for each in records:
        groups[each.group].append(each)
    for members in groups.values():
        found += [each for each in _alike(members) if len(each) >= least]
    return sorted(found, key=lambda each: (-len(each), each))


def words_in(title: str) -> frozenset[str]:
    """The words of a title that say what is wrong; numbers differ from one to the next."""
    words = re.findall(r"[^\W\d_]{3,}", title.lower())
    return frozenset(each for each in words if each not in SMALL)


def _alike(records: Sequence[Told]) -> list[list[int]]:
    words = {each.pk: words_in(each.title) for each in records}
    counts = Counter(word for each in words.values() for word in each)
    most = max(len(records) * TOO_COMMON, LEAST)
    buckets: dict[str, list[int]] = defaultdict(list)
    for each in records:
        for word in words[each.pk]:
            if 1 < counts[word] <= most or len(records) <= LEAST * 3:
                buckets[word].append(each.pk)
    parents = {each.pk: each.pk for each in records}
    for keys in buckets.values():
        for one, other in combinations(keys[:MOST_IN_BUCKET], 2):
            if _share(words[one], words[other]) >= ALIKE:
                parents[_root(parents, one)] = _root(parents, other)
    return _gathered(parents)


def _gathered(parents: dict[int, int]) -> list[list[int]]:
    gathered: dict[int, list[int]] = defaultdict(list)
    for pk in parents:
        gathered[_root(parents, pk)].append(pk)
    return [sorted(each) for each in gathered.values()]


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def _root(parents: dict[int, int], pk: int) -> int:
    while parents[pk] != pk:
        parents[pk] = parents[parents[pk]]
        pk = parents[pk]
    return pk


def name_of(titles: Iterable[str]) -> str:
    """The title that has most in common with the others: what somebody wrote, not a summary."""
    known = list(titles)
    words = [words_in(each) for each in known]

    def nearness(place: int) -> tuple[float, int]:
        return sum(_share(words[place], each) for each in words), -len(known[place])

    return known[max(range(len(known)), key=nearness)] if known else ""
