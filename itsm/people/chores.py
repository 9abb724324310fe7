"""What is tidied up after people and their programs."""

from datetime import timedelta

from itsm.core.chores import chore
from itsm.core.kept_answers import forget_old
from itsm.people.actions.sessions import forget_what_has_ended


@chore(every=timedelta(minutes=10))
def forget_kept_answers() -> None:
    """Remove the answers kept for repeated requests, once nobody repeats them any more."""
    forget_old()


@chore(every=timedelta(hours=1))
def forget_ended_sessions() -> None:
    """Remove sessions that have run out, and requests for passwords that are a month old."""
    forget_what_has_ended()
