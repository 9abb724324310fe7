"""Log lines of syslog-ng's http() destination: JSON as its format-json template makes it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from itsm.evidence.patterns import level_named
from itsm.evidence.ports import Told, formats
from itsm.evidence.reading import first_of, instant_of
from itsm.evidence.records import as_text, record_at


class SyslogNg:
    """One object a message, or several a line each when it sends in batches."""

    status = 202
    packed: Mapping[str, Any] = {}

    def lines(self, records: Sequence[Any], *, now: datetime) -> list[Told]:
        found = [record_at(each, number=place) for place, each in enumerate(records)]
        return [_told(each, now) for each in found]


def _told(record: Mapping[str, Any], now: datetime) -> Told:
    return Told(
        at=_when(record, now),
        text=as_text(first_of(record, ("MESSAGE", "MSG", "message"))),
        level=level_named(first_of(record, ("PRIORITY", "LEVEL", "SEVERITY", "level"))),
        host=as_text(first_of(record, ("HOST", "host"))),
        program=as_text(first_of(record, ("PROGRAM", "program"))),
        service=next(_services(record), ""),
    )


def _when(record: Mapping[str, Any], now: datetime) -> datetime:
    # ISODATE may have lost its milliseconds; the number may have kept them.
    for name in ("ISODATE", "R_ISODATE", "unixtime", "R_UNIXTIME", "UNIXTIME"):
        try:
            return instant_of(record[name])
        except (KeyError, ValueError):
            continue
    return now


def _services(record: Mapping[str, Any]) -> Iterator[str]:
    """The service that structured data names, whatever its id; RFC 5424, section 6.3."""
    data = record.get("_SDATA")
    elements = data.values() if isinstance(data, dict) else ()
    for each in (record, *elements):
        if isinstance(each, dict) and each.get("service"):
            yield as_text(each["service"])


formats.add("syslog-ng")(SyslogNg())
