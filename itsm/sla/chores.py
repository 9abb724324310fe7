"""What is measured by the clock."""

from datetime import timedelta

from itsm.core.chores import chore
from itsm.sla import actions


@chore(every=timedelta(seconds=15))
def measure_objectives() -> None:
    """Ask the monitoring tools how services stand to their objectives."""
    actions.measure_due()
