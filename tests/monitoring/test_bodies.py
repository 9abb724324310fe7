"""What tools post, well-formed or not: taken in, or refused with its place named."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from incidents.models import Incident
from itsm.monitoring.models import Alert, DeadLetter
from tests.monitoring.conftest import Tool
from tests.monitoring.test_door import ONE, alert, post_of

pytestmark = pytest.mark.django_db


def deep(levels: int) -> bytes:
    return b'{"alerts": [], "x": ' + b"[" * levels + b"]" * levels + b"}"


def with_field(text: str) -> bytes:
    return ONE.decode().replace('"Checkout is down"', text).encode()


# What is sent, and the place that the answer must name.
RUBBISH: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "$"),
    "blanks": (b"  \n", "$"),
    "no JSON": (b"alert!", "$"),
    "half of it": (ONE[:60], "$"),
    "a list of numbers": (b"[1, 2]", "$[0]"),
    "a number": (b"7", "$"),
    "null": (b"null", "$"),
    "text": (b'"alerts"', "$"),
    "no UTF-8": (b'{"alerts": "\xff\xfe"}', "$"),
    "UTF-16": ('{"alerts": []}'.encode("utf-16"), "$"),
    "NaN": (with_field("NaN"), "$"),
    "infinity": (with_field("-Infinity"), "$"),
    "a key twice": (b'{"alerts": [], "alerts": []}', "alerts"),
    "an inner key twice": (with_field('"a", "summary": "b"'), "summary"),
    "too deep": (deep(60), ".x"),
    "far too deep": (deep(100_000), "$"),
    "a huge number": (with_field("1e400"), "$.alerts[0].annotations.summary"),
    "a large number": (with_field("1" + "0" * 400), "$.alerts[0].annotations.summary"),
    "a number of 5000 digits": (with_field("1" * 5000), "$"),
    "65 bits": (with_field("18446744073709551616"), "$.alerts[0].annotations.summary"),
    "NUL": (with_field('"a\\u0000b"'), "$.alerts[0].annotations.summary"),
    "NUL in a key": (b'{"alerts": [], "a\\u0000": 1}', "$"),
    "half a character": (with_field('"\\ud800"'), "$.alerts[0].annotations.summary"),
    "half a character in a key": (b'{"alerts": [], "\\udfff": {"a": 1}}', "$"),
    "no alerts": (b"{}", "$.alerts"),
    "alerts as an object": (b'{"alerts": {}}', "$.alerts"),
    "alerts as text": (b'{"alerts": "a"}', "$.alerts"),
    "an alert as text": (b'{"alerts": ["a"]}', "$.alerts[0]"),
    "an alert as a list": (b'{"alerts": [[]]}', "$.alerts[0]"),
    "no labels": (b'{"alerts": [{"status": "firing"}]}', "$.alerts[0].labels"),
    "labels as a list": (post_of(alert(labels=["a"])), "$.alerts[0].labels"),
    "a label as an object": (post_of(alert(labels={"a": {}})), "$.alerts[0].labels.a"),
    "annotations as text": (post_of(alert(annotations="a")), "$.alerts[0].annotations"),
    "a summary as a list": (
        post_of(alert(annotations={"summary": []})),
        "$.alerts[0].annotations.summary",
    ),
    "a status as an object": (post_of(alert(status={})), "$.alerts[0].status"),
    "a fingerprint as a list": (post_of(alert(fingerprint=[1])), "$.alerts[0].fingerprint"),
    "a start that is no date": (post_of(alert(startsAt="soon")), "$.alerts[0].startsAt"),
    "the 30th of February": (
        post_of(alert(startsAt="2026-02-30T00:00:00Z")),
        "$.alerts[0].startsAt",
    ),
    "a start as an object": (post_of(alert(startsAt={})), "$.alerts[0].startsAt"),
    "a start beyond all time": (post_of(alert(startsAt=1e299)), "$.alerts[0].startsAt"),
    "an end beyond all time": (
        post_of(alert(endsAt="9999-12-31T23:59:59-23:00")),
        "$.alerts[0].endsAt",
    ),
    "the second alert is wrong": (post_of(alert(), alert(labels=7)), "$.alerts[1].labels"),
    "a group key as a list": (post_of(alert(), groupKey=[]), "$.groupKey"),
}


@pytest.mark.parametrize("case", RUBBISH)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_rubbish_is_refused_with_the_place_named_and_kept(
    alertmanager: Tool, case: str, content_type: str
) -> None:
    """P25."""
    body, place = RUBBISH[case]

    answer = alertmanager.post(body, content_type=content_type)

    told = answer.json()
    (path,) = told["errors"]
    letter = DeadLetter.objects.get()
    assert answer.status_code == told["status"] == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert path == place or path.endswith(place) or path.startswith(f"$.x{'[0]' * 40}")
    assert told["errors"][path] == [told["detail"]]
    assert bytes(letter.body) == body
    assert (letter.error, letter.headers.get("Authorization")) == (told["detail"], None)
    assert Alert.objects.count() == Incident.objects.count() == 0


STRANGE: dict[str, dict[str, Any]] = {
    "unknown fields": {"silenced": {"by": ["me"]}},
    "labels of other types": {"labels": {"alertname": 7, "up": True, "none": None, "ratio": 0.5}},
    "no name at all": {"labels": {}, "annotations": {}},
    "no annotations": {"annotations": None},
    "no fingerprint": {"fingerprint": ""},
    "a long fingerprint": {"fingerprint": "f" * 5000},
    "a long title": {"annotations": {"summary": "x" * 100_000}},
    "a title of many lines": {"annotations": {"summary": "a\nb\r\n" * 300}},
    "a title of blanks": {"annotations": {"summary": " \n "}},
    "a long service": {"labels": {"service": "s" * 5000, "pod": "p" * 5000}},
    "markup": {"annotations": {"summary": "<script>alert(1)</script> {{ 7*7 }} ${jndi:x}"}},
    "a service of markup": {"labels": {"service": "<b>'; DROP TABLE x; --</b>"}},
    "a word for the severity that nobody knows": {"labels": {"severity": "🔥"}},
    "no start": {"startsAt": None},
    "a start at the beginning of time": {"startsAt": "0001-01-01T00:00:00Z"},
    "a start in the year 9999": {"startsAt": "9999-12-31T23:59:59Z"},
    "a start without a zone": {"startsAt": "2026-11-22T12:00:00"},
    "a start in nanoseconds": {"startsAt": "2026-11-22T12:00:00.123456789Z"},
    "a start as a number": {"startsAt": 1795348800},
    "a start in 1970": {"startsAt": 0},
    "a negative start": {"startsAt": -5},
    "no status": {"status": None},
}


@pytest.mark.parametrize("case", STRANGE)
def test_what_is_strange_but_clear_is_taken_in(alertmanager: Tool, case: str) -> None:
    answer = alertmanager.post(post_of(alert(**STRANGE[case])))

    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    assert Alert.objects.get().incident is not None


def test_a_bare_list_is_taken_in_as_prometheus_sends_it(alertmanager: Tool) -> None:
    body = json.dumps([{"labels": {"alertname": "Down"}}]).encode()

    assert alertmanager.post(body).json()["accepted"] == 1


@pytest.mark.parametrize(
    ("minutes", "status"), [(-1, "firing"), (5, "resolved"), (60, "firing"), (60 * 24, "firing")]
)
def test_an_end_longer_ago_than_prometheus_tells_of_comes_from_a_wrong_clock(
    minutes: int, status: str, alertmanager: Tool
) -> None:
    ends_at = (timezone.now() - timedelta(minutes=minutes)).isoformat()
    told = {"labels": {"alertname": "Down"}, "startsAt": ends_at, "endsAt": ends_at}

    answer = alertmanager.post(json.dumps([told]).encode())

    assert answer.json()["alerts"][0]["status"] == status


def test_text_is_kept_unchanged(alertmanager: Tool) -> None:
    words = "Disk on <b>db</b> & co: {{ 7*7 }} ünïcode ✓ 💾 \u202e"

    alertmanager.post(post_of(alert(annotations={"summary": words, "description": words * 3})))

    kept = Alert.objects.get()
    assert (kept.title, kept.description) == (words, words * 3)
    assert Incident.objects.get().title == words


def test_a_title_that_is_too_long_ends_with_an_ellipsis(alertmanager: Tool) -> None:
    alertmanager.post(post_of(alert(annotations={"summary": "x" * 300})))

    assert Alert.objects.get().title == "x" * 249 + "…"


def test_a_body_that_is_too_large_is_refused_unread(alertmanager: Tool) -> None:
    answer = alertmanager.post(b" " * (5 * 1024 * 1024))

    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"
    assert DeadLetter.objects.count() == 0


def test_more_alerts_than_a_post_may_bring_are_refused(alertmanager: Tool) -> None:
    answer = alertmanager.post(json.dumps([{"labels": {}}] * 5001).encode())

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "$"),
        (b"host=web01&host=web02&state=DOWN", "host"),
        (b"host=web01", "$.state"),
        (b"state=DOWN", "$.host"),
        (b"host=web01&state=BROKEN", "$.state"),
        (b"host=%ff&state=DOWN", "$"),
        (b"host=a%00b&state=DOWN", "$.host"),
        (b"host=web01&state=DOWN&timestamp=soon", "$.timestamp"),
        (b"no form at all", "$"),
        (b"&".join(b"a%d=1" % number for number in range(600)), "$"),
    ],
)
def test_a_form_is_read_as_carefully(tool_of: Callable[..., Tool], body: bytes, path: str) -> None:
    answer = tool_of("nagios").post(body, content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [path])


def test_json_that_calls_itself_a_form_is_read_as_json(alertmanager: Tool) -> None:
    answer = alertmanager.post(ONE, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 202


@pytest.mark.parametrize("kind", ["nagios", "datadog", "splunk", "grafana", "prometheus"])
@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b"[[]]", b"null", b"1", b'{"title": [], "search_name": {}, "host": 1}']
)
def test_no_kind_of_source_breaks_on_another_shape(
    tool_of: Callable[..., Tool], kind: str, body: bytes
) -> None:
    answer = tool_of(kind).post(body)

    assert answer.status_code in (202, 400)
    assert Alert.objects.count() == 0
