"""What monitoring has done by the clock."""

from datetime import timedelta

from django.utils import timezone

from itsm.core.chores import chore
from itsm.monitoring import actions


@chore(every=timedelta(seconds=5))
def take_in_parked() -> None:
    """Record accepted posts that could not get their locks in time."""
    actions.take_in_parked(now=timezone.now())


@chore(every=timedelta(seconds=10))
def settle_waiting() -> None:
    """Clear what has recovered for long enough, steady what has stopped flapping."""
    actions.settle_waiting(now=timezone.now())


@chore(every=timedelta(seconds=30))
def expire_stale() -> None:
    """Stop believing in alerts whose source has fallen silent."""
    actions.expire_stale(now=timezone.now())


@chore(every=timedelta(seconds=30))
def resolve_quiet() -> None:
    """Clear alerts of tools that never say it is over."""
    actions.resolve_quiet(now=timezone.now())


@chore(every=timedelta(seconds=10))
def tell_of_silenced() -> None:
    """Tell of what still fires now that its silence is over."""
    actions.tell_of_silenced(now=timezone.now())
