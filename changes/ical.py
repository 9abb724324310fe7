"""The calendar as iCalendar has it (RFC 5545): written for other programs, and read from them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vRecur

from changes.windows import NONE, Exceptions, Span, line_of, occurrences, wall_of
from itsm.core.errors import Invalid

MOST_EVENTS = 1000
RARE_ENOUGH = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
UNTIL = re.compile(r"UNTIL=([0-9]{8})(?:T([0-9]{6})(Z?))?", re.IGNORECASE)
OVERRIDES = ("EXRULE", "RECURRENCE-ID")
MOST_EXCEPTIONS = 500
# What our own feed calls its changes; to take one in as a freeze would be nonsense.
CHANGE = "CHANGE"


@dataclass(frozen=True, kw_only=True)
class Told:
    """One event as other calendars are told of it."""

    uid: str
    summary: str
    span: Span
    changed_at: datetime
    description: str = ""
    address: str = ""
    status: str = "CONFIRMED"
    categories: Sequence[str] = ()
    repeats: str = ""
    exceptions: Exceptions = NONE
    zone: str = "UTC"
    revision: int = 0
    # Whether it takes up the time of whoever has it in the calendar.
    is_busy: bool = False


@dataclass(frozen=True, kw_only=True)
class Read:
    """One event as another calendar tells of it; ``wrong`` says why it cannot be taken in."""

    uid: str
    name: str
    reason: str = ""
    span: Span | None = None
    repeats: str = ""
    left_out: str = ""
    added: str = ""
    zone: str = "UTC"
    categories: frozenset[str] = frozenset()
    is_canceled: bool = False
    wrong: str = ""


def written(events: Iterable[Told], *, name: str, zone: str) -> bytes:
    """The events as a file: folded, escaped, with every time zone they are in."""
    calendar = Calendar()
    calendar.add("prodid", "-//Steady//Changes//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    for each in events:
        calendar.add_component(_event(each))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(told: Told) -> Event:
    event = Event()
    event.add("uid", told.uid)
    event.add("dtstamp", told.changed_at.astimezone(UTC))
    event.add("last-modified", told.changed_at.astimezone(UTC))
    event.add("sequence", told.revision)
    event.add("summary", told.summary)
    # A rule counts in the wall-clock time of its zone; a single event is the same instant anywhere.
    zone = ZoneInfo(told.zone) if told.repeats and told.zone != "UTC" else UTC
    event.add("dtstart", told.span.start.astimezone(zone))
    event.add("dtend", told.span.end.astimezone(zone))
    if told.repeats:
        event.add("rrule", vRecur.from_ical(_with_until(told.repeats, _to_utc(told.zone))))
    _add_exceptions(event, told, zone)
    if told.description:
        event.add("description", told.description)
    if told.address:
        event.add("url", told.address)
    if told.categories:
        event.add("categories", list(told.categories))
    event.add("status", told.status)
    event.add("transp", "OPAQUE" if told.is_busy else "TRANSPARENT")
    return event


def _add_exceptions(event: Event, told: Told, zone: tzinfo) -> None:
    """What the rule leaves out by its starts, for others know no whole days, and what is added."""
    exceptions, length = told.exceptions, told.span.end - told.span.start
    where = ZoneInfo(told.zone)
    starts = {*exceptions.starts, *_on(exceptions.days, told, where)}
    usual = [each for each in exceptions.added if each.end - each.start == length]
    if starts:
        event.add("exdate", [each.astimezone(zone) for each in sorted(starts)])
    if usual:
        event.add("rdate", [each.start.astimezone(zone) for each in sorted(usual)])
    if others := sorted(set(exceptions.added) - set(usual)):
        spans = [(each.start.astimezone(UTC), each.end.astimezone(UTC)) for each in others]
        event.add("rdate", spans, parameters={"VALUE": "PERIOD"})


def _on(days: Iterable[date], told: Told, zone: ZoneInfo) -> Iterator[datetime]:
    """When something would begin on these days."""
    for day in days:
        begin = datetime.combine(day, time.min, zone).astimezone(UTC)
        within = Span(begin, datetime.combine(day + timedelta(days=1), time.min, zone))
        added = Exceptions(added=told.exceptions.added)
        found = occurrences(
            told.span, repeats=told.repeats, zone=zone, within=within, exceptions=added
        )
        yield from (each.start for each in found if each.start >= begin)


def read(text: str, *, zone: str) -> list[Read]:
    """The events of a file; ``zone`` is that of times which name none."""
    try:
        calendar = Calendar.from_ical(text)
        events = calendar.walk("VEVENT")
    except (ValueError, KeyError, IndexError, AttributeError):
        raise Invalid(_("This is no calendar as RFC 5545 has it."), field="text") from None
    if calendar.name != "VCALENDAR" or not events:
        raise Invalid(_("There are no events in it."), field="text")
    if len(events) > MOST_EVENTS:
        raise Invalid(_("Give at most %(most)d events.") % {"most": MOST_EVENTS}, field="text")
    return [_read(each, zone) for each in events]


def _read(event: Any, zone: str) -> Read:
    uid, name = _text(event, "UID")[:255], _text(event, "SUMMARY")[:120]
    try:
        _check(event)
        start, where = _instant(event.get("DTSTART"), zone)
        span = _span(event, start, where)
        return Read(
            uid=_needed(uid, _("It has no UID, so it could not be known again.")),
            name=_needed(name, _("It has no SUMMARY to call it by.")),
            reason=_text(event, "DESCRIPTION")[:5000],
            span=span,
            repeats=_rule(event, where),
            left_out=_left_out(event, where),
            added=_added(event, span, where),
            zone=where,
            categories=_categories(event),
            is_canceled=_text(event, "STATUS").upper() == "CANCELLED",
        )
    except Invalid as refusal:
        return Read(uid=uid, name=name, wrong=str(refusal))


def _check(event: Any) -> None:
    """Refuse an event of which the library could not read everything."""
    for name, _why in event.errors:
        named = {"name": str(name or _("a line"))[:40]}
        raise Invalid(_("Its %(name)s cannot be understood.") % named)


def _needed(text: str, otherwise: str) -> str:
    if not text:
        raise Invalid(otherwise)
    return text


def _text(event: Any, name: str) -> str:
    value = event.get(name, "")
    text = str(value[0] if isinstance(value, list) else value)
    return "".join(each for each in text if each != "\x00").strip()


def _categories(event: Any) -> frozenset[str]:
    found = event.get("CATEGORIES", [])
    groups = found if isinstance(found, list) else [found]
    return frozenset(str(each).upper() for group in groups for each in getattr(group, "cats", ()))


def _instant(value: Any, zone: str) -> tuple[datetime, str]:
    """When it begins or ends, and the zone it is meant in."""
    moment = getattr(value, "dt", None)
    if isinstance(moment, datetime):
        where = _zone_of(moment, value.params.get("TZID", ""), zone)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(where))
    elif isinstance(moment, date):
        where = zone
        moment = datetime.combine(moment, time.min, ZoneInfo(zone))
    else:
        raise Invalid(_("It does not say when it begins."))
    if not 1970 <= moment.year <= 9000:
        raise Invalid(_("That is too far away."))
    return moment.astimezone(UTC), where


def _zone_of(moment: datetime, named: str, zone: str) -> str:
    if moment.tzinfo is None and not named:
        return zone
    name = getattr(moment.tzinfo, "key", None) or named or "UTC"
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(_("Its time zone %(name)s is not known.") % {"name": name[:60]}) from None


def _span(event: Any, start: datetime, zone: str) -> Span:
    if event.get("DTEND") is not None:
        end, _where = _instant(event.get("DTEND"), zone)
    else:
        length = getattr(event.get("DURATION"), "dt", None)
        if length is None and not isinstance(event["DTSTART"].dt, datetime):
            length = timedelta(days=1)
        if not isinstance(length, timedelta):
            raise Invalid(_("It does not say when it ends."))
        end = start + length
    if end <= start:
        raise Invalid(_("It must end after it begins."))
    return Span(start, end)


def _rule(event: Any, zone: str) -> str:
    if any(event.get(each) is not None for each in OVERRIDES):
        raise Invalid(_("It stands in for one of a series, which a window cannot."))
    rule = event.get("RRULE")
    if rule is None:
        return ""
    text = "" if isinstance(rule, list) else rule.to_ical().decode()
    text = _with_until(text, _from_utc(zone))
    if not text or rule.get("FREQ", [""])[0] not in RARE_ENOUGH or len(text) > 250:
        raise Invalid(_("Its rule is not one of days, weeks, months or years."))
    return text


def _left_out(event: Any, zone: str) -> str:
    """The days and starts its rule leaves out, as a window has them."""
    return _lines(
        wall_of(_aware(each, zone), ZoneInfo(zone)) if isinstance(each, datetime) else str(each)
        for each in _moments(event, "EXDATE")
    )


def _added(event: Any, first: Span, zone: str) -> str:
    """What is added to its rule, as a window has it."""
    length, where = first.end - first.start, ZoneInfo(zone)
    found = {_span_of(each, length, zone) for each in _moments(event, "RDATE")} - {first}
    if any(each.start <= first.start or each.end <= each.start for each in found):
        raise Invalid(_("What is added to its rule must begin after the first."))
    return _lines(line_of(each, length=length, zone=where) for each in found)


def _moments(event: Any, name: str) -> list[Any]:
    found = event.get(name, [])
    groups = found if isinstance(found, list) else [found]
    moments = [each.dt for group in groups for each in getattr(group, "dts", ())]
    if len(moments) > MOST_EXCEPTIONS:
        most = {"most": MOST_EXCEPTIONS}
        raise Invalid(_("Its rule has more than %(most)d exceptions.") % most)
    return moments


def _span_of(moment: Any, length: timedelta, zone: str) -> Span:
    begin, end = moment if isinstance(moment, tuple) else (moment, length)
    start = _aware(begin, zone)
    return Span(start, start + end if isinstance(end, timedelta) else _aware(end, zone))


def _aware(moment: date, zone: str) -> datetime:
    """The instant of a moment; one that names no zone, or is a day, is meant in this one."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time.min)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    if not 1970 <= moment.year <= 9000:
        raise Invalid(_("That is too far away."))
    return moment.astimezone(UTC)


def _lines(found: Iterable[str]) -> str:
    return "\n".join(sorted(set(found)))


def _with_until(rule: str, convert: Callable[[datetime, bool], str]) -> str:
    """The rule with its end in other words: by the wall here, in UTC in a file."""

    def other(match: re.Match[str]) -> str:
        day, clock, utc = match.groups()
        try:
            moment = datetime.strptime(day + (clock or "000000"), "%Y%m%d%H%M%S")  # noqa: DTZ007 see convert
        except ValueError:
            raise Invalid(_("Its rule ends on no day there is.")) from None
        return f"UNTIL={convert(moment, bool(utc))}"

    return UNTIL.sub(other, rule.removeprefix("RRULE:"))


def _to_utc(zone: str) -> Callable[[datetime, bool], str]:
    def convert(wall: datetime, _is_utc: bool) -> str:  # noqa: FBT001 as it is called
        return f"{wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC):%Y%m%dT%H%M%SZ}"

    return convert


def _from_utc(zone: str) -> Callable[[datetime, bool], str]:
    def convert(moment: datetime, is_utc: bool) -> str:  # noqa: FBT001 as it is called
        if is_utc:
            moment = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
        return f"{moment:%Y%m%dT%H%M%S}"

    return convert
