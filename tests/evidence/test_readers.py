"""Tools that are asked for evidence: what they are asked, what they say, and when they do not."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from itsm.core.errors import Refused
from itsm.core.http import Unreachable
from itsm.evidence import reading
from itsm.evidence.gathering import Question, gather
from itsm.evidence.ports import Asked, Unreadable, readers
from tests.evidence.tools import Heard, Tool, running

AT = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
BASIC = "Basic " + base64.b64encode(b"steady:s3cret").decode()


@pytest.fixture
def tool(settings: Any) -> Iterator[Tool]:
    settings.ALLOWED_OUTBOUND = ["127.0.0.1"]
    with running() as found:
        yield found


def asked(tool: Tool, query: str = "up", **more: Any) -> Asked:
    since = AT - timedelta(hours=1)
    return Asked(address=tool.address, query=query, since=since, until=AT, **more)


def numbers_of(kind: str, question: Asked) -> list[Any]:
    return list(readers[kind].numbers(question))


def lines_of(kind: str, question: Asked) -> list[Any]:
    return list(readers[kind].lines(question))


def test_prometheus_is_asked_for_a_range(tool: Tool) -> None:
    values = [[1795375800, "0.5"], [1795375815, "NaN"]]
    result = [{"metric": {"service": "checkout"}, "values": values}]
    data = {"resultType": "matrix", "result": result}
    tool.answer = lambda _heard: (200, {"status": "success", "data": data})

    (found,) = numbers_of("prometheus", asked(tool, 'rate(x{a="b"}[1m])', secret="t0ken"))

    assert (found.labels["service"], found.values) == ("checkout", [0.5, None])
    heard = tool.heard[0]
    assert heard.path == "/api/v1/query_range"
    assert heard.query["query"] == 'rate(x{a="b"}[1m])'
    assert float(heard.query["end"]) - float(heard.query["start"]) == 3600
    assert heard.headers["authorization"] == "Bearer t0ken"


def test_datadog_is_asked_with_both_keys(tool: Tool) -> None:
    series = [
        {
            "metric": "trace.errors",
            "tag_set": ["service:checkout", "env:prod"],
            "pointlist": [[1795375800000.0, 3.0], [1795375820000.0, None]],
        }
    ]
    tool.answer = lambda _heard: (200, {"status": "ok", "series": series})

    (found,) = numbers_of("datadog", asked(tool, secret="api", second_secret="app"))

    assert found.labels["service"] == "checkout"
    assert (found.times[0], found.values) == (1795375800.0, [3.0, None])
    headers = tool.heard[0].headers
    assert (headers["dd-api-key"], headers["dd-application-key"]) == ("api", "app")
    assert readers["datadog"].escape('Check "out"}') == "check__out__"


def test_elasticsearch_is_asked_for_an_index_in_time(tool: Tool) -> None:
    source = {
        "@timestamp": "2026-11-22T19:29:59.500Z",
        "message": "FATAL: no slots",
        "log": {"level": "error"},
        "service": {"name": "orders-db"},
    }
    tool.answer = lambda _heard: (200, {"hits": {"hits": [{"_source": source}]}})

    question = asked(tool, "service.name:checkout", scope="app-*", secret="key", newest_first=True)
    (line,) = lines_of("elasticsearch", question)

    assert (line.text, line.level, line.component) == ("FATAL: no slots", 3, "orders-db")
    assert line.at == datetime(2026, 11, 22, 19, 29, 59, 500000, tzinfo=UTC)
    heard = tool.heard[0]
    body = json.loads(heard.body)
    assert (heard.method, heard.path) == ("POST", "/app-*/_search")
    assert heard.headers["authorization"] == "ApiKey key"
    assert body["query"]["bool"]["filter"][1] == {
        "query_string": {"query": "service.name:checkout"}
    }
    assert body["sort"] == [{"@timestamp": "desc"}]


def test_splunk_is_asked_for_an_export_and_for_lines_only(tool: Tool) -> None:
    row = {"_time": "2026-11-22T19:30:00.000+00:00", "_raw": "ERROR timeout", "host": "web01"}
    rows = b"\n".join(json.dumps(each).encode() for each in ({"preview": False, "result": row}, {}))
    tool.answer = lambda _heard: (200, rows)

    (line,) = lines_of(
        "splunk", asked(tool, 'service="checkout"', account="steady", secret="s3cret")
    )

    assert (line.text, line.component, line.at) == ("ERROR timeout", "web01", AT)
    heard = tool.heard[0]
    assert heard.form["search"].startswith('search service="checkout" | head 1000')
    assert heard.headers["authorization"] == BASIC
    with pytest.raises(Unreadable, match="leave out"):
        lines_of("splunk", asked(tool, "x | delete"))


def test_loki_is_asked_for_a_tenant(tool: Tool) -> None:
    stream = {
        "stream": {"app": "cart", "level": "warn"},
        "values": [["1795375800000000000", "slow"]],
    }
    data = {"resultType": "streams", "result": [stream]}
    tool.answer = lambda _heard: (200, {"status": "success", "data": data})

    (line,) = lines_of("loki", asked(tool, '{app="cart"}', scope="shop"))

    assert (line.text, line.level, line.component) == ("slow", 4, "cart")
    heard = tool.heard[0]
    assert heard.headers["x-scope-orgid"] == "shop"
    assert (heard.query["direction"], heard.query["limit"]) == ("forward", "1000")


@pytest.mark.parametrize("kind", sorted(readers))
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((401, {}), "refused the credentials"),
        ((500, {"error": "out of memory"}), "answered 500"),
        ((200, b"<html>"), "other than JSON"),
        (
            (200, {"data": {"result": [7]}, "hits": 3, "series": "x", "status": "success"}),
            "not one",
        ),
        ((200, b'"' + b"x" * 5_000_000), "larger than"),
    ],
    ids=["credentials", "failed", "no JSON", "odd", "huge"],
)
def test_what_no_tool_should_say_is_a_sentence(
    tool: Tool, kind: str, answer: tuple[int, Any], why: str
) -> None:
    tool.answer = lambda _heard: answer
    if (kind, why) == ("splunk", "not one"):
        tool.answer = lambda _heard: (200, {"result": {"_raw": 1}})
    ask = numbers_of if readers[kind].reads == "metrics" else lines_of
    expected = r"no series|not one" if why == "not one" else why

    with pytest.raises((Unreadable, Unreachable), match=expected):
        ask(kind, asked(tool))


def test_one_tool_that_hangs_costs_only_its_own_evidence(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 3.0)
    stream = {"stream": {"app": "cart"}, "values": [["1795375800000000000", "slow"]]}

    def answer(heard: Heard) -> tuple[int, Any]:
        if heard.path.startswith("/loki"):
            return 200, {"data": {"result": [stream]}}
        tool.released.wait(20)
        return 200, {}

    tool.answer = answer
    questions = [
        Question(
            source=number,
            source_name=kind,
            kind=kind,
            name="what there is",
            measures="logs" if kind == "loki" else "errors",
            component="shop",
            label="",
            asked=asked(tool),
        )
        for number, kind in enumerate(("prometheus", "prometheus", "loki"))
    ]

    gathered = gather(questions, split=AT - timedelta(minutes=10))

    assert [each.text for each in gathered.lines] == ["slow", "slow"]
    assert "did not answer" in gathered.missing["prometheus"]
    assert gathered.errors[2] == ""


def test_addresses_inside_are_not_asked_unless_allowed(tool: Tool, settings: Any) -> None:
    settings.ALLOWED_OUTBOUND = []

    with pytest.raises(Refused):
        numbers_of("prometheus", asked(tool))

    assert tool.heard == []
