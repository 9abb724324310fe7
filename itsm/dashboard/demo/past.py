"""Weeks of ordinary incidents of the demo company, drawn with the rhythm of working days; pure."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from itsm.dashboard.demo.patterns import ANSWERS, NOTES, REPLIES, REPORTED, SEEN, STILL_WRONG

WEEKS = 8
QUIET_DAYS = 2  # the last days are told by stories, not drawn
PER_DAY = (9, 8, 7, 7, 6, 2, 2)  # Monday first
HOURS = (8, 9, 9, 9, 10, 10, 11, 11, 13, 13, 14, 14, 15, 15, 16, 17)
CLOSES_AFTER = timedelta(days=9)
PRIORITIES = ((1, 1), (1, 2), (2, 2), (2, 2), (2, 3), (2, 3), (3, 3))  # impact, urgency
LONGEST = {1: 90, 2: 300, 3: 900, 4: 2400, 5: 4000}  # minutes an incident of the priority takes
LEVEL = {"critical": (1, 1), "high": (1, 2), "warning": (2, 3)}


@dataclass(frozen=True)
class Moment:
    """One thing that happened to a drawn incident."""

    at: datetime
    what: (
        str  # acknowledged, started, paused, resumed, resolved, reopened, closed, commented, noted
    )
    who: str
    text: str = ""


@dataclass
class Past:
    """One drawn incident."""

    service: str
    title: str
    opened_at: datetime
    caller: str  # empty: monitoring saw it
    worker: str
    impact: int
    urgency: int
    code: str
    notes: str
    severity: str = ""
    component: str = ""
    moments: list[Moment] = field(default_factory=list)


def drawn(
    *, now: datetime, callers: Sequence[str], workers: Mapping[str, Sequence[str]]
) -> list[Past]:
    """The same incidents for the same day, oldest first; ``workers`` by service."""
    chance = random.Random(20)  # noqa: S311 a story, not a secret
    found: list[Past] = []
    for days in range(WEEKS * 7, QUIET_DAYS, -1):
        day = (now - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
        usual = PER_DAY[day.weekday()]
        count = chance.randint(usual - 2, usual + 2)
        found += [_one(chance, day, callers, workers) for _each in range(count)]
    return sorted(found, key=lambda past: past.opened_at)


def _one(
    chance: random.Random,
    day: datetime,
    callers: Sequence[str],
    workers: Mapping[str, Sequence[str]],
) -> Past:
    if chance.random() < 0.35:
        past, minutes = _seen(chance, day, workers)
    else:
        past, minutes = _reported(chance, day, callers, workers)
    past.moments = list(_life(chance, past, minutes))
    return past


def _seen(
    chance: random.Random, day: datetime, workers: Mapping[str, Sequence[str]]
) -> tuple[Past, float]:
    service = chance.choice(sorted(SEEN))
    title, severity, component, minutes = chance.choice(SEEN[service])
    at = day + timedelta(minutes=chance.randrange(1440), seconds=chance.randrange(60))
    impact, urgency = LEVEL[severity]
    worker = chance.choice(list(workers[service]))
    past = Past(
        service, title, at, "", worker, impact, urgency, "no_fault", "", severity, component
    )
    past.notes = "The alerts cleared by themselves."
    return past, minutes * chance.uniform(0.5, 2.2)


def _reported(
    chance: random.Random,
    day: datetime,
    callers: Sequence[str],
    workers: Mapping[str, Sequence[str]],
) -> tuple[Past, float]:
    service = chance.choice(sorted(REPORTED))
    title, notes, code = chance.choice(REPORTED[service])
    minute = timedelta(hours=chance.choice(HOURS), minutes=chance.randrange(60))
    impact, urgency = chance.choice(PRIORITIES)
    past = Past(
        service,
        title,
        day + minute + timedelta(seconds=chance.randrange(60)),
        chance.choice(callers),
        chance.choice(list(workers[service])),
        impact,
        urgency,
        code,
        notes,
    )
    longest = LONGEST[min(impact + urgency - 1, 5)]
    return past, longest * chance.betavariate(1.3, 3.5) + 12


def _life(chance: random.Random, past: Past, minutes: float) -> Iterator[Moment]:
    def at(share: float) -> datetime:
        return past.opened_at + timedelta(minutes=minutes * share)

    yield Moment(at(0.05), "acknowledged", past.worker)
    yield Moment(at(0.06), "started", past.worker)
    if past.caller:
        yield Moment(at(0.1), "commented", past.worker, chance.choice(ANSWERS[:3]))
        if chance.random() < 0.5:
            yield Moment(at(0.3), "commented", past.caller, REPLIES[0])
    if chance.random() < 0.3:
        yield Moment(at(0.4), "noted", past.worker, chance.choice(NOTES))
    if past.caller and chance.random() < 0.18:
        yield Moment(at(0.5), "paused", past.worker, "awaiting_caller")
        yield Moment(at(0.8), "resumed", past.caller)
    yield Moment(at(1), "resolved", past.worker if past.caller else "")
    ended = at(1)
    if past.caller and chance.random() < 0.07:
        yield Moment(at(1.3), "reopened", past.caller, STILL_WRONG)
        yield Moment(at(1.6), "resolved", past.worker)
        ended = at(1.6)
    elif past.caller and chance.random() < 0.4:
        yield Moment(ended + timedelta(minutes=20), "commented", past.caller, REPLIES[1])
    yield Moment(ended + CLOSES_AFTER, "closed", "")
