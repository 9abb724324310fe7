"""What the incidents of a problem cost, and how urgent that makes it."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from itsm.core import events
from itsm.people.models import User
from itsm.tickets.workflow import diff, facts, save_change
from problems.models import Problem
from problems.selectors import MOST_FINGERPRINTS, burden_of, fingerprints_of
from problems.workflow import priority_for


@transaction.atomic
def weigh(*, problem: Problem, actor: User) -> Problem:
    """Count what the incidents cost; the priority follows unless it was set by hand."""
    held = problem.lock()
    counted = vars(burden_of(held, timezone.now()))
    if all(getattr(held, name) == value for name, value in counted.items()):
        return held
    before = facts(held)
    for name, value in counted.items():
        setattr(held, name, value)
    if not (held.priority_reason or not held.is_open()):
        held.priority = priority_for(held)
    changed = diff(before, held)
    if not changed:
        # Minutes go by: nobody's work is outdated by them, so the version stays.
        held.save(update_fields=list(counted))
        return held
    save_change(held)
    word = "raised" if changed["priority"][1] < changed["priority"][0] else "lowered"
    data = {"diff": changed, "open": held.open_incidents, "minutes": held.minutes_lost}
    events.publish(f"problem.{word}", held, actor=actor, data=data)
    return held


@transaction.atomic
def note_fingerprints(*, problem: Problem, incidents: Collection[int]) -> None:
    """Remember the alerts of its incidents, by which it will be known again."""
    held = problem.lock()
    known = list(dict.fromkeys([*held.fingerprints, *fingerprints_of(incidents)]))
    if known != held.fingerprints:
        held.fingerprints = known[-MOST_FINGERPRINTS:]
        held.save(update_fields=["fingerprints"])
        problem.fingerprints = held.fingerprints
