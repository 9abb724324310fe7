"""Log lines of Fluent Bit's and Fluentd's http output: a list of records, or one a line."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from itsm.evidence.patterns import level_named
from itsm.evidence.ports import Told, formats
from itsm.evidence.reading import first_of, instant_of
from itsm.evidence.records import as_text, record_at

TIMES = ("date", "timestamp", "@timestamp", "time")
TEXTS = ("log", "message", "MESSAGE", "msg")
LEVELS = ("level", "severity", "log.level", "PRIORITY")
HOSTS = ("host", "hostname", "kubernetes.host", "_HOSTNAME")
PROGRAMS = ("kubernetes.container_name", "SYSLOG_IDENTIFIER", "ident", "container_name", "tag")
SERVICES = ("service", "service.name", "kubernetes.labels.app", "app")


class FluentBit:
    """Formats json, json_lines and json_stream with a line each."""

    status = 202
    packed: Mapping[str, Any] = {}

    def lines(self, records: Sequence[Any], *, now: datetime) -> list[Told]:
        found = [record_at(each, number=place) for place, each in enumerate(records)]
        return [_told(each, now) for each in found]


def _told(record: Mapping[str, Any], now: datetime) -> Told:
    try:
        at = instant_of(first_of(record, TIMES))
    except ValueError:
        at = now
    return Told(
        at=at,
        text=as_text(first_of(record, TEXTS)).rstrip("\n"),
        level=level_named(first_of(record, LEVELS)),
        host=as_text(first_of(record, HOSTS)),
        program=as_text(first_of(record, PROGRAMS)),
        service=as_text(first_of(record, SERVICES)),
    )


formats.add("fluent-bit")(FluentBit())
