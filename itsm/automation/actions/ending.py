"""How runs end."""

from django.utils import timezone

from itsm.automation.actions.breakers import note_end
from itsm.automation.actions.telling import because_of, tell
from itsm.automation.models import Run, RunState
from itsm.core import events
from itsm.people.models import User

# What is told of each end.
WORDS = {
    RunState.VERIFIED: "verified",
    RunState.FAILED: "failed",
    RunState.ROLLED_BACK: "reverted",
    RunState.ABORTED: "aborted",
    RunState.SKIPPED: "skipped",
}


def finish(run: Run, state: RunState, *, why: str, actor: User) -> None:
    """End a locked run: its target is free, its breakers know, and whoever waits is told."""
    now = timezone.now()
    run.state, run.why, run.ended_at = state, why[:2000], now
    run.obstacle = run.obstacle if state == RunState.SKIPPED else ""
    run.waits_for, run.due_at = "", None
    run.claim = run.claim_until = None
    run.save()
    note_end(run, actor=actor, now=now)
    tell(run, WORDS[state], actor=actor, why=run.why, samples=run.healthy)
    tell_finished(run, actor=actor)


def tell_finished(run: Run, *, actor: User) -> None:
    """The one event whoever started it listens for, whatever the end was."""
    data = {
        "run": run.pk,
        "key": run.key,
        "outcome": run.state,
        "origin": run.origin,
        "ticket": run.ticket_id,
        "why": run.why,
    }
    with because_of(run):
        events.publish("run.finished", run, actor=actor, data=data)
