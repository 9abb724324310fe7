"""What the little world does by itself: a rule, a macro, and a run for each word waited for."""

from typing import Any

from itsm.automation.actions import add_runbook, start_run
from itsm.automation.actions.keeping import save_macro, save_rule
from itsm.automation.models import Run, RunStep


def automated(dana: Any) -> dict[str, str]:
    """What is done by itself, and with one press."""
    note = [{"verb": "note", "values": {"body": "Seen."}}]
    rule = {"slug": "seen", "name": "Note it", "events": ["incident.opened"], "steps": note}
    save_rule(actor=dana, given=rule)
    save_macro(actor=dana, given={"slug": "seen", "name": "Note it", "steps": note})
    return {"rule": "seen", "macro": "seen"}


def runs(dana: Any, bob: Any) -> dict[str, str]:
    """A runbook, and a run for each word that is waited for."""
    text = 'target: "{host}"\nparameters:\n  - {name: host, type: host}\nsteps:\n'
    text += "  - {use: human, name: Look}\n"
    facts = {"name": "Restart", "needs_approval": True}
    runbook = add_runbook(slug="restart-it", facts=facts, text=text, actor=dana)
    version = runbook.versions.get()
    names = {"runbook": runbook.slug, "secret": "NOTHING"}
    for name, origin in (("run_id", "healing"), ("leave_run", "person"), ("person_run", "")):
        run = start_run(
            version=version,
            parameters={"host": f"{name.replace('_', '-')}"},
            key=name,
            actor=bob,
            origin=origin or "fulfilment",
        )
        names[name] = str(run.pk)
    Run.objects.filter(pk=names["person_run"]).update(
        state="running", waits_for="person", due_at=None
    )
    RunStep.objects.create(run_id=names["person_run"], position=0, name="Look", use="human")
    return names
