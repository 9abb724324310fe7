"""Seeing by the alerts themselves whether a run has helped."""

from itsm.automation.definition import Verification
from itsm.automation.gates import probes
from itsm.automation.models import Run
from itsm.automation.selectors.runs import is_healthy_by_alerts


@probes.add("alert")
def by_alerts(run: Run, _verification: Verification) -> bool | None:
    """Healthy once no alert of the run's record fires any more."""
    return is_healthy_by_alerts(run)
