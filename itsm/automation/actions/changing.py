"""Noting which change a run is."""

from itsm.automation.models import Run
from itsm.tickets.models import Ticket


def name_change(*, run: Run, change: Ticket) -> None:
    """Say that this change is the run's."""
    run.change_id = change.pk
    Run.objects.filter(pk=run.pk).update(change=change.pk)
