"""Sees by a query of Prometheus whether a run has helped."""

from itsm.automation.definition import Verification
from itsm.automation.gates import probes
from itsm.automation.models import Run
from itsm.core.http import Unreachable
from itsm.sla.gauges import Unread, gauges


@probes.add("prometheus")
def by_query(_run: Run, verification: Verification) -> bool | None:
    """Healthy while the number lies within its bounds; nothing is known without a number."""
    try:
        found = gauges["prometheus"].read(
            address=verification.source, token="", query=verification.query
        )
    except (Unread, Unreachable):
        return None
    low, high = verification.at_least, verification.at_most
    return (low is None or found >= low) and (high is None or found <= high)
