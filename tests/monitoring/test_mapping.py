"""Paths into payloads, and mappings that administrators write."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itsm.monitoring.mapping import faults_of, signals_of, try_mapping
from itsm.monitoring.paths import PathError, find, steps_of
from itsm.monitoring.payload import Part
from itsm.monitoring.sources import Malformed, Reading

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
READING = Reading(now=NOW, severity_map={"sev-a": "critical"})
PAYLOAD = {
    "team": {"name": "shop"},
    "items": [{"id": 1, "text": "Down", "a b": "x"}, {"id": 2, "text": "Slow"}],
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("team.name", ["shop"]),
        ("$.team.name", ["shop"]),
        ("$", [PAYLOAD]),
        ("items[0].text", ["Down"]),
        ("items[-1].text", ["Slow"]),
        ("items[*].id", [1, 2]),
        ("items[0]['a b']", ["x"]),
        ('items[0]["a b"]', ["x"]),
        ("items[7]", []),
        ("team[0]", []),
        ("team.name.first", []),
        ("nothing", []),
    ],
)
def test_a_path_leads_where_it_says(path: str, values: list[Any]) -> None:
    assert [part.value for part in find(Part(PAYLOAD), path=path)] == values


@pytest.mark.parametrize("path", ["a..b", "a[", "a[x]", "a]", "a['b", "[1.5]", "a[b].c"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(PathError):
        steps_of(path)


@given(path=st.text(max_size=30), payload=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
))  # fmt: skip
def test_no_mapping_and_no_payload_break_the_reading(path: str, payload: Any) -> None:
    mapping = {"title": path, "status": path, "starts_at": path, "list": path}

    trial = try_mapping(mapping, example=payload, reading=READING)

    assert bool(trial.signals) is not bool(trial.errors)


def test_words_are_translated_by_the_mapping_then_by_the_source_then_by_the_house() -> None:
    mapping = {
        "list": "items[*]",
        "title": "t",
        "severity": "s",
        "severity_values": {"bad": "high"},
    }
    words = ["bad", "sev-a", "Warn", "🔥", None]
    payload = {"items": [{"t": "Down", "s": word} for word in words]}

    found = signals_of(payload, mapping=mapping, reading=READING)

    assert [each.severity for each in found] == [
        "high",
        "critical",
        "warning",
        "warning",
        "warning",
    ]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("OK", "resolved"),
        ("PROBLEM", "firing"),
        (True, "firing"),
        (0, "resolved"),
        ("ACK", "acknowledged"),
    ],
)
def test_common_words_for_the_status_need_no_table(word: Any, status: str) -> None:
    mapping = {"title": "t", "status": "s"}

    (found,) = signals_of({"t": "Down", "s": word}, mapping=mapping, reading=READING)

    assert found.status == status


def test_a_status_nobody_knows_is_refused_with_its_place() -> None:
    with pytest.raises(Malformed) as refused:
        signals_of(
            {"t": "Down", "s": "odd"}, mapping={"title": "t", "status": "s"}, reading=READING
        )

    assert refused.value.path == "$.s"


def test_a_fingerprint_may_be_made_of_several_fields() -> None:
    mapping = {"list": "items", "fingerprint": ["id", "text"], "title": "text"}

    first, second = signals_of(PAYLOAD, mapping=mapping, reading=READING)

    assert first.fingerprint != second.fingerprint


def test_a_leading_dollar_reads_from_the_whole_payload() -> None:
    mapping = {"list": "items", "title": "text", "service": "$.team.name"}

    assert {each.service for each in signals_of(PAYLOAD, mapping=mapping, reading=READING)} == {
        "shop"
    }


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ([], "mapping"),
        (None, "mapping"),
        ({}, "title"),
        ({"title": "t", "colour": "c"}, "colour"),
        ({"title": 7}, "title"),
        ({"title": "a..b"}, "title"),
        ({"title": "t", "fingerprint": []}, "fingerprint"),
        ({"title": "t", "fingerprint": [7]}, "fingerprint"),
        ({"title": "t", "status_values": {"x": "burning"}}, "status_values"),
        ({"title": "t", "severity_values": "x"}, "severity_values"),
        ({"title": "t", "severity_values": {"x": []}}, "severity_values"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_by_field(mapping: Any, field: str) -> None:
    assert list(faults_of(mapping)) == [field]


@pytest.mark.parametrize(
    ("example", "path"),
    [({}, "$.items"), ({"items": []}, "list"), ({"items": [1]}, "$.items[0]"), (7, "$.items")],
)
def test_an_example_that_does_not_fit_is_told_by_place(example: Any, path: str) -> None:
    trial = try_mapping({"list": "items[*]", "title": "t"}, example=example, reading=READING)

    assert list(trial.errors) == [path]


@pytest.mark.parametrize("name", ["title", "severity", "service", "component"])
def test_a_path_that_finds_nothing_in_the_example_is_named(name: str) -> None:
    example = [{"t": "Down", "s": "high", "tags": {"app": "shop"}, "host": "web-1"}, {"t": "Up"}]
    mapping = {"title": "t", "severity": "s", "service": "tags.app", "component": "host"}
    misspelt = mapping | {name: f"no.{mapping[name]}"}

    right = try_mapping(mapping | {"list": "$"}, example=example, reading=READING)
    wrong = try_mapping(misspelt | {"list": "$"}, example=example, reading=READING)

    assert right.errors == {}
    assert wrong.errors == {name: ["This path finds nothing in the example."]}
    assert wrong.signals == []
