"""The gate of changes, as runs of runbooks pass it."""

from changes.actions.healing import reason_to_hold
from itsm.automation.gates import Held, gates
from itsm.automation.models import Run


@gates.add("changes")
def pass_as_change(run: Run) -> Held | None:
    """A run that alters something is a change, and goes only when a change may go."""
    why = reason_to_hold(run)
    return Held(why) if why else None
