"""When windows are open: plain spans of time out of rules in a time zone. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from heapq import merge
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


@dataclass(frozen=True)
class Exceptions:
    """What a rule leaves out, whole days or single starts, and what is added to it."""

    days: frozenset[date] = frozenset()
    starts: frozenset[datetime] = frozenset()
    added: tuple[Span, ...] = ()

    def leave_out(self, start: datetime, zone: ZoneInfo) -> bool:
        """Whether what would begin then does not take place."""
        return start in self.starts or start.astimezone(zone).date() in self.days


NONE = Exceptions()
TO = " to "


@lru_cache(maxsize=1000)
def exceptions_in(left_out: str, added: str, *, length: timedelta, zone: ZoneInfo) -> Exceptions:
    """The exceptions that are written so, one a line, by the wall of the zone; else ValueError.

    What is added lasts as long as all others unless its end is said.
    """
    lines = [each.strip() for each in left_out.splitlines() if each.strip()]
    days = [each for each in lines if len(each) <= LONGEST_DAY]
    return Exceptions(
        frozenset(date.fromisoformat(each) for each in days),
        frozenset(_instant(each, zone) for each in lines if each not in days),
        tuple(_span(each, length, zone) for each in added.splitlines() if each.strip()),
    )


LONGEST_DAY = len("2026-12-24")


def _span(line: str, length: timedelta, zone: ZoneInfo) -> Span:
    begins, _to, ends = line.partition(TO)
    start = _instant(begins, zone)
    span = Span(start, _instant(ends, zone) if ends else start + length)
    if span.end <= span.start:
        raise ValueError(line)
    return span


def _instant(words: str, zone: ZoneInfo) -> datetime:
    wall = datetime.fromisoformat(words.strip())
    if wall.tzinfo is not None or not 1970 <= wall.year <= 9000:
        raise ValueError(words)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def line_of(span: Span, *, length: timedelta, zone: ZoneInfo) -> str:
    """A span that is added, as it is written."""
    begins = wall_of(span.start, zone)
    is_usual = span.end - span.start == length
    return begins if is_usual else f"{begins}{TO}{wall_of(span.end, zone)}"


def wall_of(instant: datetime, zone: ZoneInfo) -> str:
    """An instant as the wall of the zone shows it."""
    wall = instant.astimezone(zone).replace(tzinfo=None)
    return wall.isoformat(" ", "seconds" if wall.second else "minutes")


def occurrences(
    first: Span, *, repeats: str, zone: ZoneInfo, within: Span, exceptions: Exceptions = NONE
) -> Iterator[Span]:
    """The spans of a rule that overlap ``within``, in order.

    The rule counts in wall-clock time of its zone, so that 22:00 stays 22:00 when the clocks
    change; each occurrence lasts as long as the first.
    """
    of_rule = _of_rule(first, repeats=repeats, zone=zone, within=within)
    if exceptions == NONE:
        yield from of_rule
        return
    added = sorted(each for each in exceptions.added if each.overlaps(within))
    # What is there twice takes place once, as it was added.
    twice = {each.start for each in exceptions.added}
    for each in merge((one for one in of_rule if one.start not in twice), added):
        if not exceptions.leave_out(each.start, zone):
            yield each


def _of_rule(first: Span, *, repeats: str, zone: ZoneInfo, within: Span) -> Iterator[Span]:
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
