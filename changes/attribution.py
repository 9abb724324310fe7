"""Which change may have caused an incident: a sum of named contributions for each change. Pure.

A change is suspected for what speaks for it, and each reason is kept with its points and its facts,
so that people can follow the judgement and overrule it. Nobody is blamed for being the latest.
"""

import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

MOST = 100
LEAST_SHOWN = 30  # below this nobody is troubled with a suspicion
LIKELY = 70  # from here the computed suspicion is counted where computed ones are
CLEARLY = 5  # points ahead of the next, without which the leading one is not likely
LOOKED_BACK = timedelta(days=7)
EARLY = timedelta(minutes=5)  # clocks differ, and an incident may be noticed before it is told
HALF_LIFE_HOURS = 8.0
MOST_WORDS = 400
RISK_POINTS = {"low": 0, "moderate": 3, "high": 6, "very_high": 9}
OUTCOME_POINTS = {"failed": 20, "rolled_back": 20}
CLOSED_POINTS = {"unsuccessful": 20, "rolled_back": 20, "successful_with_issues": 10}
# Without any of these only the time speaks against a change; or it is known to be elsewhere.
CONNECTING = frozenset(
    {
        "same_item", "same_service", "needed_service", "related_item", "needing_service",
        "elsewhere", "labels", "held", "words",
    }
)  # fmt: skip
# Words that say how one writes and not what is meant.
EMPTY = frozenset(
    {
        "the", "and", "for", "are", "was", "were", "with", "from", "this", "that", "not", "has",
        "have", "had", "will", "when", "after", "before", "into", "our", "its", "all", "new",
        "use", "one", "out", "off", "than", "then", "service", "production", "change", "version",
        "update", "release", "deploy", "deployment", "incident", "alert", "error", "firing",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """A change as far as it matters here: when, on what, how it went, and what it says."""

    key: Hashable
    began_at: datetime
    ended_at: datetime | None = None
    environment: str = ""
    service_id: int | None = None
    items: frozenset[int] = frozenset()
    outcome: str = ""
    close_code: str = ""
    risk: str = "low"
    words: frozenset[str] = frozenset()
    # Names that monitoring could give it: versions, digests, hosts.
    marks: frozenset[str] = frozenset()
    files: int = 0
    spread: float = 0.0  # over how many files its lines are strewn, in bits


@dataclass(frozen=True, kw_only=True)
class Symptoms:
    """What is known of an incident: when it began, where, and in what words."""

    began_at: datetime
    environment: str = ""
    service_id: int | None = None
    items: frozenset[int] = frozenset()
    needed: frozenset[int] = frozenset()  # services the incident's own needs, one step away
    needing: frozenset[int] = frozenset()  # services that need the incident's own
    near_items: frozenset[int] = frozenset()
    words: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    held_by: frozenset[Hashable] = frozenset()  # the changes during which its alerts were held
    burning: frozenset[int] = frozenset()  # services near it that use their error budget up


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for or against a change: its name, its points, and its facts."""

    name: str
    points: float
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Suspicion:
    """A change, how strongly it is suspected from 0 to 100, and why."""

    key: Hashable
    score: int
    reasons: Sequence[Reason]
    is_likely: bool = False


def suspicions(symptoms: Symptoms, suspects: Iterable[Suspect]) -> list[Suspicion]:
    """The changes that could have caused it, the most suspected first."""
    able = [each for each in suspects if _could(symptoms, each)]
    rarity = _rarity(able)
    weighed = [(each, _reasons(symptoms, each, rarity)) for each in able]
    ranked = sorted(weighed, key=lambda pair: (-_sum(pair[1]), _age(symptoms, pair[0])))
    totals = [_sum(reasons) for _each, reasons in ranked]
    return [
        Suspicion(
            each.key,
            round(min(max(totals[place], 0), MOST)),
            reasons,
            is_likely=place == 0 and _is_likely(totals),
        )
        for place, (each, reasons) in enumerate(ranked)
    ]


def telling(*texts: str) -> frozenset[str]:
    """The words of texts and the parts of paths that say what is meant."""
    found = (each.lower() for text in texts for each in re.findall(r"[^\W_]+", text))
    words = dict.fromkeys(each for each in found if len(each) > 2 and each not in EMPTY)
    return frozenset(list(words)[:MOST_WORDS])


def _could(symptoms: Symptoms, suspect: Suspect) -> bool:
    if suspect.began_at > symptoms.began_at + EARLY:
        return False
    return suspect.ended_at is None or symptoms.began_at - suspect.ended_at <= LOOKED_BACK


def _is_likely(totals: Sequence[float]) -> bool:
    ahead = totals[0] - totals[1] if len(totals) > 1 else MOST
    return round(totals[0]) >= LIKELY and ahead >= CLEARLY


def _sum(reasons: Iterable[Reason]) -> float:
    return sum(each.points for each in reasons)


def _age(symptoms: Symptoms, suspect: Suspect) -> timedelta:
    return symptoms.began_at - suspect.began_at


def _reasons(symptoms: Symptoms, suspect: Suspect, rarity: Mapping[str, float]) -> Sequence[Reason]:
    found = [judge(symptoms, suspect) for judge in JUDGES]
    found.append(_words(symptoms, suspect, rarity))
    told = [each for each in found if each is not None and each.points]
    if not CONNECTING & {each.name for each in told}:
        told.append(Reason("unconnected", -20))
    return told


def _rarity(suspects: Sequence[Suspect]) -> dict[str, float]:
    """What each word is worth: all where one change alone has it, little where most have it."""
    counts: dict[str, int] = {}
    for each in suspects:
        for word in each.words:
            counts[word] = counts.get(word, 0) + 1
    return {word: 1 - (count - 1) / len(suspects) for word, count in counts.items()}


def _time(symptoms: Symptoms, suspect: Suspect) -> Reason:
    ended_at = suspect.ended_at
    if ended_at is None or ended_at >= symptoms.began_at:
        return Reason("during", 30)
    hours = (symptoms.began_at - ended_at).total_seconds() / 3600
    points = round(30 * 0.5 ** (hours / HALF_LIFE_HOURS), 1)
    return Reason("time", points, {"minutes": round(hours * 60)})


def _place(symptoms: Symptoms, suspect: Suspect) -> Reason | None:
    service = suspect.service_id
    is_known = service is not None and symptoms.service_id is not None
    places = (
        ("same_item", 30, bool(symptoms.items & suspect.items)),
        ("same_service", 22, is_known and service == symptoms.service_id),
        ("needed_service", 18, service in symptoms.needed),
        ("related_item", 16, bool(symptoms.near_items & suspect.items)),
        ("needing_service", 6, service in symptoms.needing),
        ("elsewhere", -20, is_known),
    )
    return next((Reason(name, points) for name, points, is_so in places if is_so), None)


def _environment(symptoms: Symptoms, suspect: Suspect) -> Reason | None:
    if not symptoms.environment or not suspect.environment:
        return None
    if symptoms.environment == suspect.environment:
        return None
    return Reason("other_environment", -30, {"environment": suspect.environment})


def _outcome(_symptoms: Symptoms, suspect: Suspect) -> Reason | None:
    points = max(OUTCOME_POINTS.get(suspect.outcome, 0), CLOSED_POINTS.get(suspect.close_code, 0))
    return Reason("outcome", points) if points else None


def _labels(symptoms: Symptoms, suspect: Suspect) -> Reason | None:
    named = sorted(symptoms.labels & suspect.marks)
    return Reason("labels", 15, {"named": named[:5]}) if named else None


def _held(symptoms: Symptoms, suspect: Suspect) -> Reason | None:
    return Reason("held", 35) if suspect.key in symptoms.held_by else None


def _burning(symptoms: Symptoms, suspect: Suspect) -> Reason | None:
    return Reason("burning", 8) if suspect.service_id in symptoms.burning else None


def _size(_symptoms: Symptoms, suspect: Suspect) -> Reason | None:
    points = 0.8 * math.log2(1 + suspect.files) + 1.8 * suspect.spread
    if points < 1:
        return None
    return Reason("size", round(min(points, 20), 1), {"files": suspect.files})


def _risk(_symptoms: Symptoms, suspect: Suspect) -> Reason | None:
    points = RISK_POINTS.get(suspect.risk, 0)
    return Reason("risk", points, {"band": suspect.risk}) if points else None


def _words(symptoms: Symptoms, suspect: Suspect, rarity: Mapping[str, float]) -> Reason | None:
    shared = sorted(symptoms.words & suspect.words, key=lambda word: (-rarity[word], word))
    points = round(min(7 * sum(rarity[word] for word in shared), 20), 1)
    return Reason("words", points, {"shared": shared[:5]}) if points >= 1 else None


Judge = Callable[[Symptoms, Suspect], Reason | None]
JUDGES: tuple[Judge, ...] = (
    _time, _place, _environment, _outcome, _labels, _held, _burning, _size, _risk,
)  # fmt: skip
