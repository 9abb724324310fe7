"""The arithmetic of circuit breakers: when one opens, for how long, and what closes it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MOST_FAILURES = 2
FLEET_SHARE = 5  # per cent of the fleet that healing failed on, within the window
LEAST_OF_FLEET = 3  # in a small fleet one mishap or two are no pattern
WINDOW = timedelta(minutes=60)
FIRST_WAIT = timedelta(minutes=60)
LONGEST_WAIT = timedelta(hours=24)
CLOSED, OPEN, HALF_OPEN = "closed", "open", "half_open"


@dataclass(frozen=True)
class Standing:
    """How a breaker stands."""

    state: str = CLOSED
    wait: timedelta = FIRST_WAIT
    until: datetime | None = None
    counts_from: datetime | None = None


def at(standing: Standing, now: datetime) -> Standing:
    """How it stands once time has passed: an open one opens half when its wait is over."""
    is_over = standing.until is not None and standing.until <= now
    return replace(standing, state=HALF_OPEN) if standing.state == OPEN and is_over else standing


def counted_since(standing: Standing, now: datetime) -> datetime:
    """From when on failures count."""
    return max(now - WINDOW, standing.counts_from) if standing.counts_from else now - WINDOW


def most_of_fleet(fleet: int) -> int:
    """On how many targets of a fleet of this size healing may fail before all of it stops."""
    return max(LEAST_OF_FLEET, -(-fleet * FLEET_SHARE // 100))


def after_failure(
    standing: Standing,
    *,
    failures: int,
    is_trial: bool,
    now: datetime,
    most: int = MOST_FAILURES,
) -> Standing:
    """How it stands after a run that was not verified, ``failures`` of them counted with it."""
    if standing.state == HALF_OPEN and is_trial:
        wait = min(standing.wait * 2, LONGEST_WAIT)
        return replace(standing, state=OPEN, wait=wait, until=now + wait)
    if standing.state == CLOSED and failures >= most:
        return replace(standing, state=OPEN, wait=FIRST_WAIT, until=now + FIRST_WAIT)
    return standing


def after_success(standing: Standing, *, is_trial: bool, now: datetime) -> Standing:
    """How it stands after a run that was verified."""
    if standing.state == HALF_OPEN and is_trial:
        return Standing(counts_from=now)
    return standing
