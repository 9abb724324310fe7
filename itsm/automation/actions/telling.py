"""Publishing what becomes of runs: of the run itself, and on the timeline of its ticket."""

from contextlib import AbstractContextManager
from typing import Any

from itsm.automation.models import Run
from itsm.core import events
from itsm.people.models import User


def tell(run: Run, word: str, *, actor: User, **data: Any) -> None:
    """One event of the run, and one for the timeline of the ticket it is for."""
    told = {
        "run": run.pk,
        "key": run.key,
        "runbook": run.runbook.name,
        "target": run.target,
        "origin": run.origin,
        "ticket": run.ticket_id,
        **data,
    }
    with because_of(run):
        events.publish(f"run.{word}", run, actor=actor, data=told)
        if run.ticket_id is not None and run.ticket is not None:
            subject = events.Subject(run.ticket.kind, run.ticket_id)
            events.publish(f"{run.ticket.kind}.run_{word}", subject, actor=actor, data=told)


def because_of(run: Run) -> AbstractContextManager[None]:
    """Note on everything published within that the run brought it about, and what that did."""
    return events.caused_by({**run.cause, "run": run.pk})
