"""Histories of changes and incidents whose causes are known because they were planted."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from changes.attribution import Suspect, Symptoms

BEGINNING = datetime(2026, 1, 5, tzinfo=UTC)
SERVICES = 24
CHANGES = 160
DAYS = 14
INCIDENTS = 40
TOPICS = (
    "checkout", "payment", "basket", "login", "session", "token", "search", "index", "cache",
    "queue", "worker", "mail", "invoice", "export", "import", "report", "ledger", "stock",
    "price", "tax", "image", "upload", "thumbnail", "certificate", "proxy", "balancer",
    "database", "replica", "vacuum", "migration", "schema", "lock", "timeout", "retry", "pool",
    "thread", "memory", "disk", "quota", "scheduler", "cron", "webhook", "signature", "cookie",
    "locale", "currency", "rounding", "pagination", "cursor", "filter",
)  # fmt: skip
CHATTER = (
    "slow", "down", "latency", "high", "users", "report", "failing", "timeout", "spike",
    "responses", "again",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One incident, the changes before it, and which of them did it; None when none did."""

    symptoms: Symptoms
    suspects: Sequence[Suspect]
    culprit: int | None


def history(seed: int) -> list[Case]:
    """A fortnight of a company whose incidents have known causes, the same for the same seed."""
    dice = random.Random(seed)
    needs = {
        service: frozenset(dice.sample(range(service), min(service, dice.choice((0, 1, 2)))))
        for service in range(SERVICES)
    }
    culprits = set(dice.sample(range(CHANGES), round(INCIDENTS * 0.75)))
    changes = [_change(dice, key, is_culprit=key in culprits) for key in range(CHANGES)]
    cases = [_caused(dice, needs, changes, key) for key in sorted(culprits)]
    return cases + [_causeless(dice, needs, changes) for _each in range(INCIDENTS - len(cases))]


def _change(dice: random.Random, key: int, *, is_culprit: bool) -> Suspect:
    began_at = BEGINNING + timedelta(hours=dice.uniform(12, DAYS * 24))
    went_wrong = dice.random() < (0.35 if is_culprit else 0.04)
    files = int(dice.lognormvariate(2.2 if is_culprit else 1.2, 1.0)) + 1
    return Suspect(
        key=key,
        began_at=began_at,
        ended_at=began_at + timedelta(minutes=dice.uniform(2, 60)),
        environment="production" if is_culprit or dice.random() < 0.8 else "staging",
        service_id=dice.randrange(SERVICES),
        items=frozenset({dice.randrange(SERVICES * 4)}),
        outcome=dice.choice(("failed", "rolled_back")) if went_wrong else "ok",
        risk=dice.choices(("low", "moderate", "high"), (3, 4, 3) if is_culprit else (6, 3, 1))[0],
        words=frozenset(dice.sample(TOPICS, 6)),
        marks=frozenset({f"v{key}"}),
        files=files,
        spread=min(dice.uniform(0, 1.2) * files**0.4, 5.0),
    )


def _caused(
    dice: random.Random,
    needs: dict[int, frozenset[int]],
    changes: Sequence[Suspect],
    key: int,
) -> Case:
    cause = changes[key]
    assert cause.service_id is not None
    needing = [service for service, needed in needs.items() if cause.service_id in needed]
    spills = bool(needing) and dice.random() < 0.35
    service = dice.choice(needing) if spills else cause.service_id
    hours = dice.expovariate(1 / 1.5) if dice.random() < 0.8 else dice.uniform(6, 48)
    shared = dice.sample(sorted(cause.words), dice.choices((0, 1, 2), (4, 4, 2))[0])
    symptoms = _symptoms(
        dice,
        needs,
        service=service,
        began_at=cause.began_at + timedelta(hours=hours),
        words=frozenset(shared),
        items=cause.items if dice.random() < 0.3 else frozenset(),
        labels=cause.marks if dice.random() < 0.25 else frozenset(),
    )
    return Case(symptoms, changes, key)


def _causeless(
    dice: random.Random, needs: dict[int, frozenset[int]], changes: Sequence[Suspect]
) -> Case:
    symptoms = _symptoms(
        dice,
        needs,
        service=dice.randrange(SERVICES),
        began_at=BEGINNING + timedelta(hours=dice.uniform(48, DAYS * 24)),
        words=frozenset(dice.sample(TOPICS, 1)),
    )
    return Case(symptoms, changes, None)


def _symptoms(
    dice: random.Random,
    needs: dict[int, frozenset[int]],
    *,
    service: int,
    began_at: datetime,
    words: frozenset[str],
    items: frozenset[int] = frozenset(),
    labels: frozenset[str] = frozenset(),
) -> Symptoms:
    return Symptoms(
        began_at=began_at,
        environment="production",
        service_id=service,
        items=items,
        needed=needs[service],
        needing=frozenset(each for each, needed in needs.items() if service in needed),
        words=words | frozenset(dice.sample(CHATTER, 4)),
        labels=labels,
    )
