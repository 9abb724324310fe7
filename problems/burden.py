"""How urgent a problem is by what its incidents cost; pure arithmetic on a table of data."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

PLANNING = 5
LOOKED_BACK = timedelta(days=90)  # older incidents hurt nobody any more


class Step(NamedTuple):
    """From so many open incidents, or so many minutes lost, it is at least so urgent."""

    priority: int
    incidents: int
    minutes: int


STEPS: Sequence[Step] = (
    Step(1, incidents=10, minutes=7_200),
    Step(2, incidents=5, minutes=2_880),
    Step(3, incidents=3, minutes=480),
    Step(4, incidents=1, minutes=60),
)


def priority_by_burden(*, open_incidents: int, minutes_lost: int) -> int:
    """The priority, 1 (critical) to 5 (planning), that the burden alone would give."""
    for step in STEPS:
        if open_incidents >= step.incidents or minutes_lost >= step.minutes:
            return step.priority
    return PLANNING
