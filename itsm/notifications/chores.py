"""What of telling is done by the clock."""

from datetime import timedelta

from itsm.core.chores import chore
from itsm.notifications import lanes


@chore(every=timedelta(seconds=5))
def send_due() -> None:
    """Send what waited for the end of quiet hours, for a digest, or for a target to come back."""
    lanes.wake()
