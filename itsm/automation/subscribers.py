"""What the house does by itself once something is committed, and how runs hear of leave."""

from itsm.automation import actions
from itsm.automation.actions.evaluating import evaluate
from itsm.automation.selectors.runs import run_asked_about
from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.people.selectors import system_user


@on(moment=Moment.AFTER, is_whole=True)
def evaluate_rules(event: Event) -> None:
    """Take an event that a rule listens for through the rules; see ``core.interests``."""
    evaluate(event)


@on("approval.granted", "approval.denied", "approval.expired", moment=Moment.INSIDE)
def hear_leave(settled: list[Event]) -> None:
    """Let the runs go on that were waiting for this, or end them."""
    for event in settled:
        run_id = run_asked_about(event.data["purpose"])
        if run_id is not None:
            actions.settle_leave(
                run_id=run_id,
                is_granted=event.name == "approval.granted",
                actor=event.actor or system_user(),
            )


@on("run.person_asked", moment=Moment.AFTER)
def ask_about_step(event: Event) -> None:
    """A run has come to a step that needs leave: those who may give it are asked."""
    if event.data["is_leave"]:
        actions.ask_about_step(run_id=event.subject_id)


@on("run.aborted", "run.skipped", moment=Moment.AFTER)
def ask_nobody_more(event: Event) -> None:
    """Nobody is asked for leave of a run that is over."""
    actions.void_leave(run_id=event.subject_id, actor=event.actor or system_user())


@on("run.failed", "run.reverted", moment=Moment.AFTER)
def escalate(event: Event) -> None:
    """Tell whoever has the record that the runbook did not help, with the end of its log."""
    actions.escalate_run(run_id=event.subject_id)
