"""When windows are open: plain spans of time out of rules in a time zone. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

MOST_OCCURRENCES = 1000


@dataclass(frozen=True, order=True)
class Span:
    """From an instant up to another, which is no longer part of it."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        """Whether they have a moment in common."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: "Span") -> bool:
        """Whether the other lies wholly within it."""
        return self.start <= other.start and other.end <= self.end


def occurrences(first: Span, *, repeats: str, zone: ZoneInfo, within: Span) -> Iterator[Span]:
    """The spans of a rule that overlap ``within``, in order.

    The rule counts in wall-clock time of its zone, so that 22:00 stays 22:00 when the clocks
    change; each occurrence lasts as long as the first.
    """
    length = first.end - first.start
    if not repeats:
        if first.overlaps(within):
            yield first
        return
    local = first.start.astimezone(zone).replace(tzinfo=None)
    rule = rrulestr(repeats, dtstart=local)
    begin = (within.start - length).astimezone(zone).replace(tzinfo=None)
    for count, wall in enumerate(rule.xafter(begin, inc=True)):
        start = wall.replace(tzinfo=zone).astimezone(UTC)
        if start >= within.end or count >= MOST_OCCURRENCES:
            return
        span = Span(start, start + length)
        if span.overlaps(within):
            yield span


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as possible, in order."""
    found: list[Span] = []
    for each in sorted(spans):
        if found and each.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, each.end))
        else:
            found.append(each)
    return found


def first_free(
    length: timedelta,
    *,
    within: Span,
    busy: Sequence[Span],
    allowed: Sequence[Span] | None = None,
) -> Span | None:
    """The earliest span of this length that lies in what is allowed and touches nothing busy.

    ``allowed`` None allows all the time there is.
    """
    taken = merged(busy)
    for each in merged(allowed) if allowed is not None else [within]:
        start = max(each.start, within.start)
        end = min(each.end, within.end)
        for block in taken:
            if block.end <= start:
                continue
            if block.start >= start + length:
                break
            start = block.end
        if start + length <= end:
            return Span(start, start + length)
    return None
