"""The calendar: which days a view shows, and where on it each entry stands. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from changes.windows import Span

QUARTER = timedelta(minutes=15)
A_DAY, A_WEEK = 96, 168  # quarters of an hour in a day, hours in a week
LEAST_HEIGHT, LEAST_WIDTH = 2, 14  # what a slot needs for its words, in quarters and in hours
MOST_IN_CELL = 4
MOST_BESIDE = {"day": 10, "week": 4}
MOST_LANES, MOST_IN_LANE = 60, 24


class View(StrEnum):
    """How much time the calendar shows, and along which line."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    LANES = "lanes"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing on the calendar: a change, or one occurrence of a freeze or maintenance window."""

    sort: str
    title: str
    span: Span
    mark: str = ""
    words: str = ""
    number: str = ""
    lanes: tuple[str, ...] = ()
    is_urgent: bool = False
    may_move: bool = False
    version: int = 0

    @property
    def is_change(self) -> bool:
        return self.sort == "change"


@dataclass(frozen=True)
class Slot:
    """An entry where it stands, from one step of the grid up to another."""

    entry: Entry
    at: int = 0
    to: int = 0
    begins: str = ""


@dataclass
class Column:
    """A day: what happens on it, what it has no room for, and what it is all under."""

    day: date
    slots: list[Slot] = field(default_factory=list)
    bands: list[Slot] = field(default_factory=list)
    folded: list[Slot] = field(default_factory=list)
    hidden: int = 0  # what was not even read, as there is no room for it
    is_today: bool = False
    is_beside: bool = False

    @property
    def more(self) -> int:
        """How much it has no room for."""
        return len(self.folded) + self.hidden


@dataclass
class Lane:
    """A service, and what happens to it."""

    name: str
    slots: list[Slot] = field(default_factory=list)
    folded: int = 0


def days_of(view: View, on: date) -> list[date]:
    """The days a view shows around one of them; weeks begin on Monday."""
    if view is View.DAY:
        return [on]
    monday = on - timedelta(days=on.weekday())
    count = 7
    if view is View.MONTH:
        first = on.replace(day=1)
        last = _month_after(first) - timedelta(days=1)
        monday = first - timedelta(days=first.weekday())
        count = (last - monday).days // 7 * 7 + 7
    return [monday + timedelta(days=place) for place in range(count)]


def step_from(view: View, on: date, *, back: bool = False) -> date:
    """The day to show next, or before."""
    if view is View.MONTH:
        first = on.replace(day=1)
        return (first - timedelta(days=1)).replace(day=1) if back else _month_after(first)
    length = timedelta(days=1 if view is View.DAY else 7)
    return on - length if back else on + length


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def span_of(days: Sequence[date], zone: ZoneInfo) -> Span:
    """From the first midnight to the last, in this zone."""
    return Span(_midnight(days[0], zone), _midnight(days[-1] + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def shifted(span: Span, *, days: int, minutes: int, zone: ZoneInfo) -> Span:
    """The same length of time so much later on the clocks of this zone."""
    wall = span.start.astimezone(zone).replace(tzinfo=None)
    start = (wall + timedelta(days=days, minutes=minutes)).replace(tzinfo=zone).astimezone(UTC)
    return Span(start, start + (span.end - span.start))


def picked(
    crowd: Iterable[tuple[int, float, float]],
    *,
    days: Sequence[date],
    zone: ZoneInfo,
    most: int = MOST_IN_CELL,
) -> tuple[set[int], dict[date, int]]:
    """Of a crowd of keys with starts and ends in seconds, in order: those the days of a month may
    have room for, and how many others each day has."""
    midnights = [_midnight(each, zone).timestamp() for each in days]
    touched: list[list[int]] = [[] for _each in days]
    for key, start, end in crowd:
        first = max(bisect_right(midnights, start) - 1, 0)
        for place in range(first, bisect_left(midnights, end)):
            touched[place].append(key)
    # One more than there is room for: where it is alone it takes the place of "1 more".
    shown = {key for keys in touched for key in keys[: most + 1]}
    hidden = {
        day: sum(key not in shown for key in keys[most + 1 :])
        for day, keys in zip(days, touched, strict=True)
    }
    return shown, hidden


def cells(
    entries: Iterable[Entry],
    *,
    days: Sequence[date],
    today: date,
    month: int,
    zone: ZoneInfo,
    hidden: Mapping[date, int] = MappingProxyType({}),
) -> list[Column]:
    """The days of a month, each with the first few of its entries."""
    found = {each: _column(each, today, month) for each in days}
    for entry in sorted(entries, key=_in_day):
        touched = _days_touched(entry, days, zone)
        # One night is one line: what is no change and short stands on the day it begins.
        is_short = not entry.is_change and not _is_long(entry)
        for day in touched[:1] if is_short else touched:
            column = found[day]
            is_full = len(column.slots) >= MOST_IN_CELL
            begins = _begins(entry, day, zone)
            (column.folded if is_full else column.slots).append(Slot(entry, begins=begins))
    for day, column in found.items():
        column.hidden = hidden.get(day, 0)
        if column.more == 1 and column.folded:  # "1 more" would take as much room as what it hides
            column.slots.append(column.folded.pop())
    return list(found.values())


def columns(
    entries: Iterable[Entry], *, days: Sequence[date], today: date, zone: ZoneInfo, most: int
) -> list[Column]:
    """Days hour by hour; what would stand beside more than the most is folded."""
    found = {each: _column(each, today, each.month) for each in days}
    for entry in sorted(entries, key=lambda each: each.span.start):
        for day in _days_touched(entry, days, zone):
            slot = _slot(entry, day, zone)
            (found[day].slots if entry.is_change else found[day].bands).append(slot)
    for column in found.values():
        column.slots, column.folded = _side_by_side(column.slots, most)
    return list(found.values())


def lanes(
    entries: Iterable[Entry], *, days: Sequence[date], zone: ZoneInfo, everything: str, nothing: str
) -> list[Lane]:
    """A line of time for each service; windows about all of them first, changes of none last."""
    found: dict[str, Lane] = {}
    for entry in sorted(entries, key=_in_order):
        at, to = _hours(entry.span, days, zone)
        local = entry.span.start.astimezone(zone)
        begins = f"{local.day}. {local:%H:%M}"
        for name in entry.lanes or ((nothing if entry.is_change else everything),):
            lane = found.setdefault(name, Lane(name))
            if len(lane.slots) < MOST_IN_LANE:
                lane.slots.append(Slot(entry, at, to, begins))
            else:
                lane.folded += 1
    return sorted(
        found.values(),
        key=lambda each: (each.name != everything, each.name == nothing, each.name.lower()),
    )


def _in_order(entry: Entry) -> tuple[bool, datetime]:
    """What all changes are under comes first, then each as it begins."""
    return entry.is_change, entry.span.start


def _in_day(entry: Entry) -> tuple[bool, datetime]:
    """What days are under comes first, then each as it begins."""
    return entry.is_change or not _is_long(entry), entry.span.start


def _is_long(entry: Entry) -> bool:
    return entry.span.end - entry.span.start >= timedelta(days=1)


def _column(day: date, today: date, month: int) -> Column:
    return Column(day, is_today=day == today, is_beside=day.month != month)


def _days_touched(entry: Entry, days: Sequence[date], zone: ZoneInfo) -> list[date]:
    first = entry.span.start.astimezone(zone).date()
    last = (entry.span.end - timedelta(microseconds=1)).astimezone(zone).date()
    if first == last:
        return [first] if days[0] <= first <= days[-1] else []
    begin, end = max(first, days[0]), min(last, days[-1])
    return [begin + timedelta(days=place) for place in range((end - begin).days + 1)]


def _begins(entry: Entry, day: date, zone: ZoneInfo) -> str:
    local = entry.span.start.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == day else ""


def _slot(entry: Entry, day: date, zone: ZoneInfo) -> Slot:
    begin = _steps(entry.span.start.astimezone(zone), day)
    end = -(-_minutes(entry.span.end.astimezone(zone), day) // 15)
    at = min(max(begin, 0), A_DAY - LEAST_HEIGHT)
    to = min(max(end, at + LEAST_HEIGHT), A_DAY)
    return Slot(entry, at + 1, to + 1, _begins(entry, day, zone))


def _minutes(local: datetime, day: date) -> int:
    if local.date() < day:
        return 0
    return 24 * 60 if local.date() > day else local.hour * 60 + local.minute


def _steps(local: datetime, day: date) -> int:
    return _minutes(local, day) // 15


def _hours(span: Span, days: Sequence[date], zone: ZoneInfo) -> tuple[int, int]:
    first = datetime.combine(days[0], time.min)
    begin, end = (
        (each.astimezone(zone).replace(tzinfo=None) - first) / timedelta(hours=1)
        for each in (span.start, span.end)
    )
    at = min(max(int(begin // 1), 0), A_WEEK - LEAST_WIDTH)
    return at + 1, min(max(int(-(-end // 1)), at + LEAST_WIDTH), A_WEEK) + 1


def _side_by_side(slots: Sequence[Slot], most: int) -> tuple[list[Slot], list[Slot]]:
    """What fits into so many columns, and what does not."""
    free_at = [0] * most
    shown: list[Slot] = []
    folded: list[Slot] = []
    for slot in slots:
        place = next((each for each, free in enumerate(free_at) if free <= slot.at), None)
        if place is None:
            folded.append(slot)
        else:
            free_at[place] = slot.to
            shown.append(slot)
    return shown, folded
