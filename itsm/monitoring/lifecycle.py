"""How an alert stands after each word of its tool; pure.

Posts overtake each other and come twice. So an alert keeps the latest instant the tool said it
fires and the latest it said it is over, by the tool's own clock: whichever is later holds. Both
only ever grow, so every order of arrival ends in the same place.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from itsm.monitoring.severities import is_worse
from itsm.monitoring.sources import ACKNOWLEDGED, RESOLVED, Signal

FIRING = "firing"
ACKED = "acked"
SUPPRESSED = "suppressed"
FLAPPING = "flapping"
RECOVERING = "recovering"
CLEARED = "resolved"
EXPIRED = "expired"
ACTIVE = (FIRING, ACKED, SUPPRESSED, FLAPPING, RECOVERING)

FLAPS = 6  # so many changes
FLAP_INTERVAL = timedelta(minutes=30)  # within this long make an alert a flapping one,
FLAP_QUIET = timedelta(minutes=15)  # and so long without a change make it a steady one again
EVER = datetime.min.replace(tzinfo=UTC)
SKEW = timedelta(minutes=5)  # clocks differ by so much; what lies further ahead is nonsense


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a source says about the life of its alerts."""

    recovery_hold: timedelta = timedelta(0)
    reopen_window: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """An alert as it stands; without ``status`` nothing was heard of it yet."""

    status: str = ""
    severity: str = ""
    count: int = 0
    occurrence: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    last_seen_at: datetime | None = None
    heard_firing_at: datetime | None = None
    heard_clear_at: datetime | None = None
    changed_at: datetime | None = None
    transitions: tuple[int, ...] = ()
    acked_at: datetime | None = None
    acked_by: str = ""
    # The signal whose words now describe the alert; None while those on record still do.
    told_by: Signal | None = None

    def is_active(self) -> bool:
        """Whether the condition has not ended as far as we know."""
        return self.status in ACTIVE

    def is_over(self) -> bool:
        """Whether the tool's last word is that it ended."""
        if self.heard_clear_at is None:
            return False
        return self.heard_firing_at is None or self.heard_firing_at <= self.heard_clear_at


def hear(
    before: Condition, *, signals: Iterable[Signal], now: datetime, policy: Policy
) -> tuple[Condition, frozenset[str]]:
    """The alert after these signals, and the names of what happened to it."""
    after, happened = before, set[str]()
    for signal in signals:
        after, news = _hear(after, signal, now, policy)
        happened |= news
    return after, frozenset(happened - _undone(before, after, happened))


def settle(before: Condition, *, now: datetime, policy: Policy) -> tuple[Condition, frozenset[str]]:
    """The alert once the time has passed that it had to wait for, if it has."""
    changed_at = before.changed_at or now
    if before.status == RECOVERING and now >= changed_at + policy.recovery_hold:
        return replace(before, status=CLEARED), frozenset({"cleared"})
    if before.status == FLAPPING and now >= changed_at + FLAP_QUIET:
        if before.is_over():
            return replace(before, status=CLEARED, transitions=()), frozenset({"cleared"})
        return replace(before, status=FIRING, transitions=()), frozenset()
    return before, frozenset()


def _undone(before: Condition, after: Condition, happened: set[str]) -> set[str]:
    """What cancels out when one post both starts and ends an alert."""
    if "cleared" not in happened or not happened & {"fired", "reopened"}:
        return set()
    if before.is_active() and after.is_active():
        return {"cleared", "fired", "reopened"}
    if after.is_active():
        return {"cleared", "reopened"} if "fired" in happened else {"cleared"}
    ended = {"fired", "reopened", "escalated", "acknowledged"}
    return ended if before.is_active() else {*ended, "cleared"}


def _hear(
    before: Condition, signal: Signal, now: datetime, policy: Policy
) -> tuple[Condition, set[str]]:
    heard = replace(before, count=before.count + 1, last_seen_at=_latest(before.last_seen_at, now))
    said_at = _believable(signal.said_at, now)
    if signal.status == RESOLVED:
        return _hear_clear(heard, signal, said_at, now, policy)
    return _hear_firing(heard, signal, said_at, now, policy)


def _hear_clear(
    before: Condition, signal: Signal, said_at: datetime, now: datetime, policy: Policy
) -> tuple[Condition, set[str]]:
    # A resolve that gives its start ends at least that start, whatever the clocks say.
    over_at = max(said_at, _believable(signal.starts_at or said_at, now))
    after = replace(
        before,
        heard_clear_at=_latest(before.heard_clear_at, over_at),
        told_by=before.told_by or (signal if not before.status else None),
        severity=before.severity or signal.severity,
    )
    if not after.is_over():
        return _forget_older(after, over_at), set()
    ends_at = max(min(signal.ends_at or now, now), min(before.starts_at or EVER, now))
    if before.status in ("", CLEARED):
        return _remember_end(after, signal, ends_at, now), set()
    if before.status == FLAPPING:
        was_over = before.is_over()
        return (after if was_over else _changed(after, now, ends_at=ends_at)), set()
    if before.status == RECOVERING:
        return after, set()
    if before.status in (FIRING, ACKED) and policy.recovery_hold:
        return _changed(after, now, status=RECOVERING, ends_at=ends_at), set()
    return _changed(after, now, status=CLEARED, ends_at=ends_at), {"cleared"}


def _remember_end(after: Condition, signal: Signal, ends_at: datetime, now: datetime) -> Condition:
    """An end whose beginning we missed, or know already."""
    if after.status:
        is_later = signal.ends_at is not None and ends_at > (after.ends_at or EVER)
        return replace(after, ends_at=ends_at) if is_later else after
    starts_at = min(_believable(signal.starts_at, ends_at), ends_at)
    return replace(
        after,
        status=CLEARED,
        occurrence=1,
        starts_at=starts_at,
        ends_at=ends_at,
        changed_at=now,
    )


def _forget_older(after: Condition, over_at: datetime) -> Condition:
    """An end that came late: what it ended is not the episode that runs now."""
    starts_at = after.starts_at
    if starts_at is not None and starts_at <= over_at:
        starts_at = after.heard_firing_at
    if after.status == ACKED and after.acked_at is not None and after.acked_at <= over_at:
        return replace(after, starts_at=starts_at, status=FIRING, acked_at=None, acked_by="")
    return replace(after, starts_at=starts_at)


def _hear_firing(
    before: Condition, signal: Signal, said_at: datetime, now: datetime, policy: Policy
) -> tuple[Condition, set[str]]:
    is_newest = before.heard_firing_at is None or said_at >= before.heard_firing_at
    after = replace(before, heard_firing_at=_latest(before.heard_firing_at, said_at))
    if not before.status:
        # Its end was not heard of, so whatever it says of itself is all we know.
        after, happened = _begun(after, signal, said_at, now), {"fired"}
    elif after.is_over() or said_at <= (before.heard_clear_at or said_at - SKEW):
        return after, set()
    elif before.status in (CLEARED, EXPIRED):
        after, happened = _come_back(before, after, signal, said_at, now, policy)
    else:
        after, happened = _go_on(before, after, signal, said_at, now, is_newest=is_newest)
    if signal.status == ACKNOWLEDGED:
        after, acknowledged = _acked(after, signal, said_at)
        happened |= acknowledged
    return after, happened


def _begun(after: Condition, signal: Signal, said_at: datetime, now: datetime) -> Condition:
    return replace(
        after,
        status=FIRING,
        severity=signal.severity,
        count=1,
        occurrence=after.occurrence + 1,
        starts_at=min(_believable(signal.starts_at, now), said_at),
        ends_at=None,
        changed_at=now,
        acked_at=None,
        acked_by="",
        told_by=signal,
    )


def _come_back(
    before: Condition,
    after: Condition,
    signal: Signal,
    said_at: datetime,
    now: datetime,
    policy: Policy,
) -> tuple[Condition, set[str]]:
    """The same alert inside its window; beyond it, or when it came back milder, a new one."""
    since = before.ends_at or before.changed_at or now
    is_recent = before.status == EXPIRED or now <= max(since, before.changed_at or since) + (
        policy.reopen_window
    )
    if not is_recent or is_worse(before.severity, than=signal.severity):
        return replace(_begun(after, signal, said_at, now), transitions=()), {"fired"}
    begun = replace(_begun(after, signal, said_at, now), count=after.count)
    return _changed(begun, now, status=FIRING), {"reopened"}


def _go_on(
    before: Condition,
    after: Condition,
    signal: Signal,
    said_at: datetime,
    now: datetime,
    *,
    is_newest: bool,
) -> tuple[Condition, set[str]]:
    """A repeat, a return while it recovered, or something worse than before."""
    happened = set[str]()
    if before.is_over():
        after = replace(after, starts_at=said_at, ends_at=None)
        status = FIRING if before.status == RECOVERING else before.status
        after = _changed(after, now, status=status)
    else:
        starts_at = min(_believable(signal.starts_at, now), said_at)
        cleared_at = after.heard_clear_at
        if (
            before.starts_at
            and starts_at < before.starts_at
            and (cleared_at is None or starts_at > cleared_at)
        ):
            after = replace(after, starts_at=starts_at)
    if not is_newest:
        return after, happened
    if is_worse(signal.severity, than=before.severity):
        happened.add("escalated")
        if before.status == ACKED:
            after = replace(after, status=FIRING, acked_at=None, acked_by="", changed_at=now)
    return replace(after, severity=signal.severity, told_by=signal), happened


def _acked(after: Condition, signal: Signal, said_at: datetime) -> tuple[Condition, set[str]]:
    if after.status != FIRING:
        return after, set()
    acked = replace(after, status=ACKED, acked_at=said_at, acked_by=signal.actor[:120])
    return acked, {"acknowledged"}


def _changed(
    after: Condition, now: datetime, *, status: str | None = None, ends_at: datetime | None = None
) -> Condition:
    """The alert in its new status, or flapping when it changed too often of late."""
    second = int(now.timestamp())
    since = second - int(FLAP_INTERVAL.total_seconds())
    transitions = (*(each for each in after.transitions if each >= since), second)[-FLAPS:]
    status = status or after.status
    # Only when it fires again: who resolves stays resolved, however often that was.
    if len(transitions) == FLAPS and status == FIRING:
        status = FLAPPING
    return replace(after, status=status, transitions=transitions, ends_at=ends_at, changed_at=now)


def _believable(instant: datetime | None, now: datetime) -> datetime:
    """The instant, unless it is missing or so far ahead that no clock could be so wrong."""
    return now if instant is None or instant > now + SKEW else instant


def _latest(known: datetime | None, heard: datetime) -> datetime:
    return heard if known is None or heard > known else known
