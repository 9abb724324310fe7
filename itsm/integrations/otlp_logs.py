"""Log records of OpenTelemetry, as OTLP/HTTP has them: as protobuf, or in JSON."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from itsm.evidence.patterns import INFO, level_named
from itsm.evidence.ports import Told, formats
from itsm.evidence.records import as_text, record_at
from itsm.monitoring.bodies import check
from itsm.monitoring.sources import Malformed

# From OpenTelemetry's severity numbers, 1 to 24 in steps of four, to those of syslog.
SEVERITIES = (7, 7, 6, 4, 3, 2)
PROTOBUF = "application/x-protobuf"
MOST_RECORDS = 20_000  # of one post
KINDS = ("stringValue", "intValue", "doubleValue", "boolValue", "kvlistValue", "arrayValue")


class OtlpLogs:
    """An ExportLogsServiceRequest."""

    status = 200

    @property
    def packed(self) -> Mapping[str, Callable[[bytes], list[Any]]]:
        return {PROTOBUF: from_protobuf}

    def lines(self, records: Sequence[Any], *, now: datetime) -> list[Told]:
        found: list[Told] = []
        for place, each in enumerate(records):
            for told in _lines(record_at(each, number=place), now):
                if len(found) == MOST_RECORDS:
                    raise Malformed(TOO_MANY)
                found.append(told)
        return found


TOO_MANY = f"One post may bring at most {MOST_RECORDS} log records."


def from_protobuf(body: bytes) -> list[Any]:
    """The request of a body as OTLP has it in JSON."""
    # Only who is sent protobuf pays for loading it.
    from google.protobuf.json_format import MessageToDict  # noqa: PLC0415
    from google.protobuf.message import DecodeError  # noqa: PLC0415
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (  # noqa: PLC0415
        ExportLogsServiceRequest,
    )

    try:
        request = ExportLogsServiceRequest.FromString(body)
    except DecodeError:
        raise Malformed("The body is no ExportLogsServiceRequest in protobuf.") from None
    scopes = (scope for each in request.resource_logs for scope in each.scope_logs)
    if sum(len(each.log_records) for each in scopes) > MOST_RECORDS:
        raise Malformed(TOO_MANY)
    try:
        told = MessageToDict(request, use_integers_for_enums=True)
    except ValueError:  # a value in a value in a value …
        raise Malformed("The body is nested too deep.") from None
    check(told)
    return [{"resourceLogs": [], **told}]


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
