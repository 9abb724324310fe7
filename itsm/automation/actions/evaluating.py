"""Taking an event, or the time, through the rules: what each says is kept, what is due is done."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from itsm.automation.actions.doing import Failed, perform, values_of
from itsm.automation.conditions import shown, unmet
from itsm.automation.models import Firing, Outcome, Rule
from itsm.automation.placeholders import FACTS, filled
from itsm.automation.selectors.rulebook import Ready, book_for
from itsm.automation.selectors.situations import rule_bot, situation_of
from itsm.core import events
from itsm.core.facts import Situation
from itsm.core.models import Event
from itsm.core.verbs import Reason

MOST_DEPTH = 5  # rules that one event may bring about, one after the other
MOST_OF_ITSELF = 1  # times a rule may stand in such a chain
# What is kept of a rule beside its verdict.
KEPT = (Outcome.ACTED, Outcome.REHEARSED, Outcome.FAILED, Outcome.CUT)
TAKE = """
INSERT INTO automation_guard (rule_id, key, taken_at) VALUES (%s, %s, %s)
ON CONFLICT (rule_id, key) DO UPDATE SET taken_at = excluded.taken_at
    WHERE automation_guard.taken_at <= %s
RETURNING id
"""
RECENT = """
SELECT count(*) FROM (
    SELECT FROM automation_firing WHERE rule_id = %s AND happened_at > %s AND outcome = %s LIMIT %s
) AS recent
"""
# One statement for both, because it is done at every event.
KEEP = """
WITH fired AS (
    INSERT INTO automation_firing (rule_id, rule_version, event_id, ticket_id, outcome, detail,
                                   steps, saved_minutes, happened_at)
    SELECT rule, version, %(event)s, %(ticket)s, outcome, detail, steps, saved, %(now)s
    FROM jsonb_to_recordset(%(firings)s::jsonb)
        AS each(rule bigint, version int, outcome text, detail text, steps jsonb, saved int)
)
INSERT INTO automation_evaluation (event_id, ticket_id, happened_at, verdicts)
VALUES (%(event)s, %(ticket)s, %(now)s, %(verdicts)s::jsonb)
"""
LONG_AGO = timedelta(days=36_500)


@dataclass(frozen=True)
class Verdict:
    """What one rule says to an event: the outcome, and for what was not met where and what."""

    ready: Ready
    outcome: str
    place: int | None = None
    seen: Any = None
    detail: str = ""
    steps: Sequence[dict[str, Any]] = ()

    def row(self) -> list[Any]:
        """The verdict as an evaluation keeps it."""
        rule = self.ready.rule
        said = self.detail if self.detail else self.seen
        return [rule.pk, rule.version, str(self.outcome), self.place, said]


# No savepoint of its own: what pays for the event within its transaction fails with it.
@transaction.atomic(savepoint=False)
def evaluate(event: Event) -> list[Verdict]:
    """Take the event through the rules that listen; the second time nothing is done."""
    book, is_done = book_for(event.pk)
    listening = () if is_done else book.listening(event.name)
    if not listening:
        return []
    situation = situation_of(event)
    verdicts: list[Verdict] = []
    is_over = False
    for ready in listening:
        verdict = Verdict(ready, Outcome.STOPPED) if is_over else _judge(ready, situation)
        verdicts.append(verdict)
        is_over = is_over or (verdict.outcome == Outcome.ACTED and ready.rule.stops)
    _keep(event, situation, verdicts)
    return verdicts


def judge(ready: Ready, situation: Situation) -> Verdict | None:
    """What stands against the rule acting here, guards left aside; None when nothing does."""
    if ready.fault:
        return Verdict(ready, Outcome.FAILED, detail=ready.fault[:500])
    missed = unmet(ready.conditions, situation.value)
    if missed is not None:
        return Verdict(ready, Outcome.UNMET, missed.place, shown(missed.seen))
    chain = chain_of(situation.event)
    if len(chain) >= MOST_DEPTH or chain.count(ready.rule.pk) >= MOST_OF_ITSELF:
        detail = " → ".join(f"#{each}" for each in (*chain, ready.rule.pk))
        return Verdict(ready, Outcome.CUT, detail=detail)
    return None


def chain_of(event: Event | None) -> list[int]:
    """The rules that brought an event about, the first one first."""
    cause = event.data.get("cause") if event is not None else None
    rules = cause.get("rules") if isinstance(cause, dict) else None
    return [each for each in rules if isinstance(each, int)] if isinstance(rules, list) else []


def act(ready: Ready, situation: Situation) -> Verdict:
    """Have a rule whose conditions hold act, unless it has acted already or too often."""
    rule = ready.rule
    if rule.mode == Rule.Mode.REHEARSE:
        return _rehearsed(ready, situation)
    if _is_too_often(rule):
        return Verdict(ready, Outcome.LIMITED)
    cause = {
        "rules": [*chain_of(situation.event), rule.pk],
        "event": situation.event.pk if situation.event else None,
    }
    reason = Reason(
        words=rule.name, event=situation.event, rule_id=rule.pk, subject=situation.subject
    )
    try:
        with transaction.atomic(), events.caused_by(cause):
            if not _took_guard(rule, situation):
                return Verdict(ready, Outcome.HELD)
            actor = ready.actor or rule.actor or rule_bot()
            steps = perform(rule.steps, situation, actor=actor, reason=reason)
    except Failed as failure:
        return Verdict(ready, Outcome.FAILED, detail=str(failure)[:500])
    return Verdict(ready, Outcome.ACTED, steps=steps)


def firing_of(verdict: Verdict, situation: Situation) -> Firing:
    """What is kept of a rule that acted or was to act; not yet saved."""
    rule = verdict.ready.rule
    return Firing(
        rule=rule,
        rule_version=rule.version,
        event=situation.event,
        ticket_id=situation.ticket.pk if situation.ticket else None,
        outcome=verdict.outcome,
        detail=verdict.detail,
        steps=list(verdict.steps),
        saved_minutes=rule.saves_minutes if verdict.outcome == Outcome.ACTED else 0,
    )


def guard_key(rule: Rule, situation: Situation) -> str:
    """What the rule acts once for here; empty when at every event."""
    if rule.once == Rule.Once.EVENT:
        return ""
    if rule.once == Rule.Once.KEY:

        def word(name: str) -> str:
            if name == "number":
                return situation.ticket.number if situation.ticket else ""
            return str(situation.value(FACTS[name]) if name in FACTS else "")

        return f"key:{filled(rule.once_key, word)}"[:250]
    if situation.ticket is not None:
        return f"ticket:{situation.ticket.pk}"
    event = situation.event
    return f"{event.subject_type}:{event.subject_id}" if event else "nothing"


def _judge(ready: Ready, situation: Situation) -> Verdict:
    return judge(ready, situation) or act(ready, situation)


def _rehearsed(ready: Ready, situation: Situation) -> Verdict:
    rule = ready.rule
    # By the clock the same record is met again and again, which is to be told once.
    if rule.trigger == Rule.Trigger.TIME and not _took_guard(rule, situation, within="rehearsal "):
        return Verdict(ready, Outcome.HELD)
    steps = [
        {"verb": step["verb"], "values": values_of(step, situation, rule=rule.name)}
        for step in rule.steps
    ]
    return Verdict(ready, Outcome.REHEARSED, steps=steps)


def _took_guard(rule: Rule, situation: Situation, *, within: str = "") -> bool:
    """Whether this is the first time for its key, or long enough after the last."""
    key = guard_key(rule, situation)
    if not key:
        return True
    now = timezone.now()
    again = timedelta(minutes=rule.once_minutes) if rule.once_minutes else LONG_AGO
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [rule.pk, f"{within}{key}"[:250], now, now - again])
        return cursor.fetchone() is not None


def _is_too_often(rule: Rule) -> bool:
    since = timezone.now() - timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute(RECENT, [rule.pk, since, Outcome.ACTED.value, rule.most_an_hour])
        return int(cursor.fetchone()[0]) >= rule.most_an_hour


def _keep(event: Event, situation: Situation, verdicts: Sequence[Verdict]) -> None:
    # A rule that can never act says so on its own page, not at every event.
    fired = [each for each in verdicts if each.outcome in KEPT and not each.ready.fault]
    told = {
        "event": event.pk,
        "ticket": situation.ticket.pk if situation.ticket else None,
        "now": timezone.now(),
        "firings": json.dumps([_plain(firing_of(each, situation)) for each in fired]),
        "verdicts": json.dumps([each.row() for each in verdicts]),
    }
    # Should two workers get here at once, the unique event undoes the second one whole.
    with connection.cursor() as cursor:
        cursor.execute(KEEP, told)


def _plain(firing: Firing) -> dict[str, Any]:
    return {
        "rule": firing.rule_id,
        "version": firing.rule_version,
        "outcome": str(firing.outcome),
        "detail": firing.detail,
        "steps": firing.steps,
        "saved": firing.saved_minutes,
    }
