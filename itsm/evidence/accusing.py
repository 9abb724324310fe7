"""Who log lines, alerts and changes speak against. Pure.

A line that complains of another component is a symptom: it speaks against whom it names more than
against who says it.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from itsm.evidence.patterns import ERROR, WARNING, Line, Pattern
from itsm.evidence.ports import Happening

BY_LEVEL = (1.0, 1.0, 1.0, 0.8, 0.45, 0.15, 0.1, 0.05)
RISING = 0.7  # of what is new, for what is only said more often
COMPLAINS = 0.4  # what is left against who complains of another
NAMED = 0.5  # against who is complained of
NOT_FIRST = 0.85  # against who was not the first with an error
MOST_NOTICES = 10
SHORTEST_NAME = 4  # letters a component's name must have to be looked for in lines
CHANGED = 0.5
WENT_WRONG = 0.25  # more, for a change that is known to have gone wrong
TESTS_FAILED = 0.35
HALF_LIFE = timedelta(hours=2)
FORESEEN = timedelta(minutes=5)  # clocks differ
CRITICAL_ALERT, OTHER_ALERT = 0.6, 0.35
# Whom a line complains of, where no component of that name is known.
POINTING = re.compile(
    r"(?:connect(?:ion)?\s+(?:to|with)|dial\s+tcp|upstream|reach(?:ing)?|host|database)"
    r"[\s:=]+[\"'\[(]?([A-Za-z][\w.-]{3,62})",
    re.IGNORECASE,
)
# What lines say of things that were done on purpose.
DONE = re.compile(r"deployed|deploying|rolled out|rollout|upgraded|restarted by", re.IGNORECASE)
BAD = ("failed", "rolled_back", "unsuccessful")


@dataclass(frozen=True, slots=True)
class Charge:
    """What speaks against a component: how strongly, between 0 and 1, and why."""

    component: str
    score: float
    reason: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An alert of a component other than the one the trouble was noticed at."""

    component: str
    title: str
    is_critical: bool
    since: datetime


def by_lines(patterns: Sequence[Pattern], names: Collection[str]) -> list[Charge]:
    """What new and more frequent lines say against whom."""
    errors = [each.first_at for each in patterns if each.level <= ERROR and each.first_at]
    first = min(errors, default=None)
    known = {each for each in names if len(each) >= SHORTEST_NAME}
    known |= {name for each in patterns for name in each.components if len(name) >= SHORTEST_NAME}
    finder = _finder(known)
    charges: list[Charge] = []
    for pattern in patterns:
        charges += _of_pattern(pattern, first, finder)
    return charges


def _of_pattern(pattern: Pattern, first: datetime | None, finder: Any) -> list[Charge]:
    said_by = pattern.component
    score = BY_LEVEL[pattern.level] * (1.0 if pattern.is_new else RISING)
    is_first = first is not None and pattern.level <= ERROR and pattern.first_at == first
    if pattern.level <= ERROR and not is_first:
        score *= NOT_FIRST
    named = _named(pattern, said_by, finder) if pattern.level <= WARNING else []
    reason: dict[str, Any] = {
        "name": "new_line" if pattern.is_new else "more_lines",
        "line": pattern.examples[0],
        "count": pattern.during,
        "before": pattern.before,
        "at": pattern.first_at.isoformat() if pattern.first_at else "",
    }
    if is_first:
        reason["is_first"] = True
    if named:
        reason["complains_of"] = named
        score *= COMPLAINS
    charges = [Charge(said_by, score, reason)] if said_by else []
    for each in named:
        told = {"name": "named", "by": said_by, "line": pattern.examples[0]}
        charges.append(Charge(each, NAMED, told))
    return charges


def _finder(names: Collection[str]) -> Any:
    if not names:
        return None
    longest_first = sorted(names, key=lambda each: (-len(each), each))
    either = "|".join(re.escape(each) for each in longest_first)
    return re.compile(rf"(?<![\w-])(?:{either})(?![\w-])")


def _named(pattern: Pattern, said_by: str, finder: Any) -> list[str]:
    """The components a line complains of: those known, else the one its words point to."""
    found: dict[str, None] = {}
    for line in pattern.examples:
        if finder is not None:
            found |= dict.fromkeys(finder.findall(line))
    # Who says it, and what is said on the same machine, is no one else.
    others = [each for each in found if each != said_by and each not in said_by.split("@")]
    if others:
        return others[:2]
    pointed = [each[1] for line in pattern.examples if (each := POINTING.search(line))]
    return [each for each in dict.fromkeys(pointed) if each.lower() != said_by.lower()][:1]


def notices(lines: Iterable[Line], names: Collection[str]) -> list[Happening]:
    """What lines say was done, to whom of these: by a deployment tool that told nobody else."""
    finder = _finder({each for each in names if len(each) >= SHORTEST_NAME})
    found: dict[str, Happening] = {}
    for line in lines:
        if line.level < WARNING or not DONE.search(line.text):
            continue
        named = finder.search(line.text) if finder else None
        told = Happening(
            at=line.at,
            sort="notice",
            title=line.text,
            component=named[0] if named else "",
        )
        found.setdefault(line.text, told)
    return list(found.values())[:MOST_NOTICES]


def by_changes(done: Iterable[Happening], *, began_at: datetime) -> list[Charge]:
    """What was done shortly before speaks against what it was done to."""
    charges = []
    for each in done:
        if not each.component or each.at > began_at + FORESEEN:
            continue
        score = TESTS_FAILED if each.sort == "tests" else CHANGED
        if each.sort == "tests" and each.outcome not in BAD:
            continue
        if each.outcome in BAD and each.sort != "tests":
            score += WENT_WRONG
        age = max(timedelta(0), began_at - each.at)
        score *= 0.5 ** (age / HALF_LIFE)
        reason = {
            "name": "changed",
            "sort": each.sort,
            "title": each.title,
            "number": each.number,
            "outcome": each.outcome,
            "at": each.at.isoformat(),
            "seconds": round(age.total_seconds()),
        }
        charges.append(Charge(each.component, score, reason))
    return charges


def by_alerts(firing: Iterable[Firing], *, began_at: datetime) -> list[Charge]:
    """Alerts of other components that began with the trouble."""
    return [
        Charge(
            each.component,
            CRITICAL_ALERT if each.is_critical else OTHER_ALERT,
            {
                "name": "alerted",
                "title": each.title,
                "at": each.since.isoformat(),
                "is_earlier": each.since < began_at,
            },
        )
        for each in firing
        if each.component
    ]


def together(charges: Iterable[Charge]) -> dict[str, tuple[float, list[Mapping[str, Any]]]]:
    """Of each component the strongest charge, and the reasons of all, the strongest first."""
    found: dict[str, list[Charge]] = defaultdict(list)
    for each in charges:
        found[each.component].append(each)
    result = {}
    for component, against in found.items():
        ordered = sorted(against, key=lambda each: -each.score)
        result[component] = (ordered[0].score, [each.reason for each in ordered])
    return result
