"""Log records of OpenTelemetry, as OTLP/HTTP has them in JSON."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from itsm.evidence.patterns import INFO, level_named
from itsm.evidence.ports import Told, formats
from itsm.evidence.records import as_text, record_at
from itsm.monitoring.sources import Malformed

# From OpenTelemetry's severity numbers, 1 to 24 in steps of four, to those of syslog.
SEVERITIES = (7, 7, 6, 4, 3, 2)
KINDS = ("stringValue", "intValue", "doubleValue", "boolValue", "kvlistValue", "arrayValue")


class OtlpLogs:
    """An ExportLogsServiceRequest; the exporter's encoding must be JSON, uncompressed."""

    status = 200

    def lines(self, records: Sequence[Any], *, now: datetime) -> list[Told]:
        return [
            told
            for place, each in enumerate(records)
            for told in _lines(record_at(each, number=place), now)
        ]


def _lines(request: Mapping[str, Any], now: datetime) -> Iterator[Told]:
    if "resourceLogs" not in request:
        raise Malformed("There are no logs in it.", path="$.resourceLogs")
    for resource in _list(request, "resourceLogs"):
        about = _attributes(_object(resource, "resource"))
        for scope in _list(resource, "scopeLogs"):
            for record in _list(scope, "logRecords"):
                yield _told(record, about, now)


def _told(record: Mapping[str, Any], about: Mapping[str, str], now: datetime) -> Told:
    own = {**about, **_attributes(record)}
    number = record.get("severityNumber")
    known = isinstance(number, int) and 1 <= number <= 24
    said = SEVERITIES[(number - 1) // 4] if known and isinstance(number, int) else INFO
    return Told(
        at=_instant(record, now),
        text=_value(record.get("body")),
        level=level_named(record.get("severityText", ""), otherwise=said),
        host=own.get("host.name", "") or own.get("k8s.pod.name", ""),
        program=own.get("process.executable.name", "") or own.get("k8s.container.name", ""),
        service=own.get("service.name", ""),
    )


def _instant(record: Mapping[str, Any], now: datetime) -> datetime:
    for name in ("timeUnixNano", "observedTimeUnixNano"):
        try:
            nanoseconds = int(record.get(name) or 0)
            if nanoseconds > 0:
                return datetime.fromtimestamp(nanoseconds / 1e9, UTC)
        except (TypeError, ValueError, OverflowError, OSError):
            continue
    return now


def _attributes(holder: Mapping[str, Any]) -> dict[str, str]:
    pairs = (each for each in _list(holder, "attributes"))
    return {as_text(each.get("key")): _value(each.get("value")) for each in pairs}


def _value(value: Any) -> str:
    if not isinstance(value, dict):
        return as_text(value)
    return next((as_text(value[each]) for each in KINDS if each in value), "")


def _list(holder: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = holder.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Malformed("This must be a list of objects.", path=f"$.{name}")
    return found


def _object(holder: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = holder.get(name) or {}
    if not isinstance(found, dict):
        raise Malformed("This must be an object.", path=f"$.{name}")
    return found


formats.add("otlp")(OtlpLogs())
