"""What automation has done by the clock."""

from datetime import timedelta

from django.utils import timezone

from itsm.automation import bell, runner
from itsm.automation.actions import timing, working
from itsm.automation.selectors.runs import owed_since
from itsm.core.chores import chore

# Whoever is rung takes a run up within seconds; what lies about for longer is done here.
PATIENCE = timedelta(seconds=20)


@chore(every=timedelta(seconds=5))
def start_owed_runs() -> None:
    """Wake a worker for the runs that are due, or do them here where no worker takes them."""
    working.release_lost()
    if not owed_since(timedelta(0)):
        return
    if owed_since(PATIENCE) or not bell.ring():
        runner.wake()


@chore(every=timedelta(minutes=1))
def look_around() -> None:
    """Have timed rules look at what is open."""
    timing.look_around(timezone.now())


@chore(every=timedelta(hours=1))
def forget_old() -> None:
    """Take away what rules said long ago."""
    timing.forget_old(timezone.now())
