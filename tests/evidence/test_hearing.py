"""Log lines that tools post to us: taken in by the one door, kept for a day, and forgotten."""

import gzip
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from itsm.evidence.actions import LOG_SOURCES, forget_old_lines
from itsm.evidence.models import LogLine, LogSource
from itsm.monitoring.bodies import LARGEST_UNPACKED

pytestmark = pytest.mark.django_db

SYSLOG = {
    "unixtime": "1795375801",
    "_SDATA": {"req@32473": {"trace": "9f86d081", "service": "checkout"}},
    "PROGRAM": "shop-web",
    "PRIORITY": "err",
    "MESSAGE": "ERROR could not connect",
    "ISODATE": "2026-11-22T19:30:01+00:00",
    "HOST": "web01",
}
FLUENT = {
    "date": 1795375801.5,
    "log": "ERROR could not connect\n",
    "level": "error",
    "host": "web01",
    "kubernetes": {"container_name": "shop-web", "labels": {"app": "checkout"}},
}
OTLP = {
    "resourceLogs": [
        {
            "resource": {
                "attributes": [
                    {"key": "service.name", "value": {"stringValue": "checkout"}},
                    {"key": "host.name", "value": {"stringValue": "web01"}},
                    {"key": "process.executable.name", "value": {"stringValue": "shop-web"}},
                ]
            },
            "scopeLogs": [
                {
                    "logRecords": [
                        {
                            "timeUnixNano": "1795375801000000000",
                            "severityNumber": 17,
                            "body": {"stringValue": "ERROR could not connect"},
                        }
                    ]
                }
            ],
        }
    ]
}


def connected(kind: str) -> tuple[LogSource, str]:
    return LOG_SOURCES.connect(kind=kind, name=f"Logs by {kind}", actor=None)


def post(client: Client, source: LogSource, token: str, body: Any) -> Any:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(
        f"/hooks/{source.slug}/",
        content,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [("syslog-ng", SYSLOG, 202), ("fluent-bit", [FLUENT], 202), ("otlp", OTLP, 200)],
)
def test_lines_of_each_tool_are_kept_alike(
    client: Client, kind: str, body: Any, status: int
) -> None:
    source, token = connected(kind)

    answer = post(client, source, token, body)

    assert answer.status_code == status, answer.content
    line = LogLine.objects.get()
    assert (line.service, line.host, line.program) == ("checkout", "web01", "shop-web")
    assert (line.level, line.text) == (3, "ERROR could not connect")
    assert int(line.at.timestamp()) == 1795375801


def packed(request: dict[str, Any]) -> bytes:
    """As the collector of OpenTelemetry sends it unless it is told otherwise."""
    return gzip.compress(ParseDict(request, ExportLogsServiceRequest()).SerializeToString())


def of_records(records: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}


def post_packed(client: Client, body: bytes, kind: str = "application/x-protobuf") -> Any:
    source, token = connected("otlp")
    headers = {"Authorization": f"Bearer {token}", "Content-Encoding": "gzip"}
    return client.post(f"/hooks/{source.slug}/", body, content_type=kind, headers=headers)


def test_the_collector_posts_protobuf_that_is_compressed(client: Client) -> None:
    answer = post_packed(client, packed(OTLP))

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["Content-Type"] == "application/x-protobuf"
    line = LogLine.objects.get()
    assert (line.service, line.host, line.level) == ("checkout", "web01", 3)
    assert (line.text, int(line.at.timestamp())) == ("ERROR could not connect", 1795375801)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(gzip.compress(b"0" * (LARGEST_UNPACKED + 1)), 413, id="too large"),
        pytest.param(gzip.compress(b"{}")[:-4], 400, id="cut off"),
        pytest.param(gzip.compress(b"{}") * 2, 400, id="twice"),
        pytest.param(b"{}", 400, id="not packed"),
        pytest.param(gzip.compress(b"\xff" * 9), 400, id="no protobuf"),
        pytest.param(packed(of_records([{"severityText": "\0"}])), 400, id="NUL"),
        pytest.param(packed(of_records([{}] * 20_001)), 400, id="too many"),
    ],
)
def test_what_is_packed_too_well_or_badly_is_refused(
    client: Client, body: bytes, status: int
) -> None:
    assert post_packed(client, body).status_code == status
    assert not LogLine.objects.exists()


def test_a_batch_is_one_record_a_line(client: Client) -> None:
    source, token = connected("syslog-ng")

    answer = post(client, source, token, "\n".join([json.dumps(SYSLOG)] * 3) + "\n")

    assert answer.json() == {"status": "accepted", "accepted": 3}
    assert LogLine.objects.count() == 3


@pytest.mark.parametrize(
    ("kind", "body", "place"),
    [
        ("syslog-ng", "{", "$"),
        ("syslog-ng", '{"MESSAGE": "a"}\n{"MESSAGE": \n', "line 2"),
        ("syslog-ng", "[7]", "[0]"),
        ("fluent-bit", '"text"', "[0]"),
        ("otlp", {"resourceLogs": [{"scopeLogs": 7}]}, "$.scopeLogs"),
        ("otlp", {"logs": []}, "$.resourceLogs"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    client: Client, kind: str, body: Any, place: str
) -> None:
    source, token = connected(kind)

    answer = post(client, source, token, body)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [place]
    assert not LogLine.objects.exists()


def test_only_who_has_the_token_is_heard(client: Client) -> None:
    source, token = connected("syslog-ng")

    assert post(client, source, "wrong", SYSLOG).status_code == 404

    LogSource.objects.update(is_active=False)
    assert post(client, source, token, SYSLOG).status_code == 404
    assert not LogLine.objects.exists()


def test_odd_values_are_cut_and_never_refuse_the_rest(client: Client) -> None:
    source, token = connected("syslog-ng")
    odd = {"MESSAGE": "x" * 9000, "HOST": "h" * 999, "ISODATE": "soon", "PRIORITY": {"a": 1}}

    answer = post(
        client, source, token, [odd, {"MESSAGE": ""}, {**SYSLOG, "ISODATE": "9999-01-01"}]
    )

    assert answer.json()["accepted"] == 2
    assert max(len(each.text) for each in LogLine.objects.all()) == 2000
    assert all(each.at <= timezone.now() for each in LogLine.objects.all())


def test_lines_are_forgotten_by_age_and_by_number(client: Client) -> None:
    source, token = connected("syslog-ng")
    post(client, source, token, [{**SYSLOG, "MESSAGE": f"line {each}"} for each in range(6)])
    old = LogLine.objects.order_by("id")[:2].values("pk")
    LogLine.objects.filter(pk__in=list(old.values_list("pk", flat=True))).update(
        received_at=timezone.now() - timedelta(days=2)
    )
    LogSource.objects.update(most_lines=3)

    gone = forget_old_lines(now=timezone.now())

    assert gone == 3
    assert sorted(LogLine.objects.values_list("text", flat=True)) == ["line 3", "line 4", "line 5"]
