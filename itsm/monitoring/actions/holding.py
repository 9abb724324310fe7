"""Alerts that silences hold back: kept and counted, but nobody is troubled with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from itsm.monitoring import ledger
from itsm.monitoring.actions.telling import Change
from itsm.monitoring.lifecycle import FIRING, SUPPRESSED
from itsm.monitoring.matchers import Scope, Target

BEGUN = frozenset({"fired", "reopened"})
UNHEARD = frozenset({"fired", "reopened", "escalated", "acknowledged"})


def hold_back(changes: Sequence[Change], *, now: datetime) -> None:
    """Put aside what a silence covers, let through what has become worse than it covers.

    Only what begins or gets worse is looked at: an end is always told.
    """
    concerned = [each for each in changes if _is_concerned(each)]
    silences = ledger.active_silences(now) if concerned else []
    held = [each for each in concerned if each.condition.status == SUPPRESSED]
    if not silences and not held:
        return
    targets = ledger.targets_of([each.alert_id for each in concerned])
    aside = [each for each in concerned if _judge(each, silences, targets[each.alert_id])]
    if aside:
        ledger.put_aside(
            [(each.alert_id, each.condition.status, each.silence_id) for each in aside]
        )


def _is_concerned(change: Change) -> bool:
    if change.condition.status == SUPPRESSED:
        return "escalated" in change.happened
    return bool(change.happened & BEGUN) and change.condition.is_active()


def _judge(change: Change, silences: Sequence[Scope], target: Target) -> bool:
    """Whether the alert must be put on record anew."""
    silence = next((each for each in silences if each.covers(target)), None)
    was_held = change.condition.status == SUPPRESSED
    if silence is None:
        if was_held:
            change.condition = replace(change.condition, status=FIRING)
            change.happened = frozenset({"fired"})
        return was_held
    change.silence_id = silence.key
    change.condition = replace(change.condition, status=SUPPRESSED)
    rest = change.happened - UNHEARD
    change.happened = rest if was_held else rest | {"suppressed"}
    return True
