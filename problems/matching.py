"""How well a known error fits what somebody tells, and why; pure.

An alert that was seen before counts most, then the words both share: rare ones more than common
ones, compared by their beginnings so that "printing" meets "printer". The same component or service
adds to that.
"""

import itertools
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from itsm.tickets.weighing import EMPTY

FINGERPRINT, COMPONENT, SERVICE, WORDS = 60, 20, 15, 60
LEAST = 30  # points from which it is shown to agents
SURE = 38  # and to callers
MOST = 100
STEM = 5  # letters
MOST_STEMS = 24
BESIDE = 0.75  # what words beside the title count


@dataclass(frozen=True)
class Told:
    """What is told of a trouble: by whom and how does not matter."""

    title: str
    more: str = ""
    service_id: int | None = None
    items: frozenset[int] = frozenset()
    fingerprints: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Known:
    """What is known of an error, for comparing."""

    pk: int
    text: str
    service_id: int | None = None
    items: frozenset[int] = frozenset()
    fingerprints: frozenset[str] = frozenset()
    successes: int = 0
    failures: int = 0


@dataclass(frozen=True)
class Fit:
    """How well one known error fits, in points, and what they are made of."""

    pk: int
    score: int
    rank: float
    reasons: Sequence[Mapping[str, Any]] = field(default_factory=list)


def best_of(told: Told, known: Collection[Known], *, least: int = LEAST) -> list[Fit]:
    """The known errors that fit, those that fit well and whose workaround helps first."""
    has = [_all_stems(each.text) for each in known]
    asked = stems(told.title), stems(f"{told.title} {told.more}")
    weights = _weights(has, {*asked[0], *asked[1]})
    fits = [_fit(told, each, words, weights, asked) for each, words in zip(known, has, strict=True)]
    return sorted(
        (each for each in fits if each.score >= least), key=lambda fit: (-fit.rank, fit.pk)
    )


def success_rate(successes: int, failures: int) -> float:
    """How often it helps; untried is even, and little experience is held to be little."""
    return (successes + 1) / (successes + failures + 2)


def stems(text: str) -> list[str]:
    """The beginnings of the words that say what is wrong, each once, in their order."""
    words = (each.lower() for each in re.findall(r"[^\W_]+", text))
    telling = (each for each in words if len(each) > 2 and each not in EMPTY)
    return list(dict.fromkeys(each[:STEM] for each in telling))[:MOST_STEMS]


def _weights(all_stems: Collection[Collection[str]], asked: Iterable[str]) -> Mapping[str, float]:
    """How much each word that is asked about tells: the fewer known errors have it, the more."""
    counts = Counter(itertools.chain.from_iterable(all_stems))
    fewest = min(counts.values(), default=len(all_stems) or 1)
    return {each: math.log(1 + len(all_stems) / (counts[each] or fewest)) for each in asked}


def _all_stems(text: str) -> set[str]:
    return {each[:STEM] for each in re.findall(r"[^\W_]{3,}", text.lower())}


Asked = tuple[Sequence[str], Sequence[str]]  # the stems of the title, and of all that is told


def _fit(
    told: Told, known: Known, has: Collection[str], weights: Mapping[str, float], asked: Asked
) -> Fit:
    reasons: list[dict[str, Any]] = []

    def add(name: str, points: float, **facts: Any) -> None:
        if round(points) > 0:
            reasons.append({"name": name, "points": round(points), "facts": facts})

    if told.fingerprints & known.fingerprints:
        add("fingerprint", FINGERPRINT)
    if told.items & known.items:
        add("component", COMPONENT)
    if told.service_id is not None and told.service_id == known.service_id:
        add("service", SERVICE)
    share, shared = _shared(asked, has, weights)
    add("words", WORDS * share, shared=shared)
    score = min(MOST, sum(int(each["points"]) for each in reasons))
    rank = score * (0.5 + success_rate(known.successes, known.failures))
    return Fit(known.pk, score, rank, reasons)


def _shared(
    asked: Asked, has: Collection[str], weights: Mapping[str, float]
) -> tuple[float, list[str]]:
    """Which part of what is told the known error speaks of too, and by which words."""
    title, everything = asked
    shared = [each for each in everything if each in has]
    # One word in common is chance, unless nothing else was said.
    if len(shared) < min(2, len(title)):
        return 0.0, []

    def part(words: Sequence[str]) -> float:
        total = sum(weights[each] for each in words)
        return sum(weights[each] for each in words if each in has) / total if total else 0.0

    return max(part(title), BESIDE * part(everything)), shared
