"""Which change is suspected, judged on cases whose answer anybody can follow."""

import csv
import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.quality.attribution import main, table_of
from bench.quality.planted import history
from changes.attribution import LEAST_SHOWN, Suspect, Symptoms, suspicions, telling

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
HERE, NEEDED, NEEDING, ELSEWHERE = 1, 2, 3, 4
SYMPTOMS = Symptoms(
    began_at=NOON,
    environment="production",
    service_id=HERE,
    items=frozenset({7}),
    needed=frozenset({NEEDED}),
    needing=frozenset({NEEDING}),
    near_items=frozenset({8}),
    words=frozenset({"checkout", "tls", "handshake"}),
    labels=frozenset({"v2.1", "web-1"}),
    held_by=frozenset({"holder"}),
)
PLAIN = Suspect(
    key="plain",
    began_at=NOON - timedelta(hours=9),
    ended_at=NOON - timedelta(hours=8),
    environment="production",
)


def points_of(suspect: Suspect, symptoms: Symptoms = SYMPTOMS) -> dict[str, float]:
    (found,) = suspicions(symptoms, [suspect])
    return {each.name: each.points for each in found.reasons}


def first_of(*suspects: Suspect, symptoms: Symptoms = SYMPTOMS) -> Any:
    return suspicions(symptoms, suspects)[0].key


@pytest.mark.parametrize(("hours", "points"), [(0, 30), (8, 15), (16, 7.5), (24, 3.8), (24 * 7, 0)])
def test_the_longer_ago_the_less_it_is_suspected(hours: float, points: float) -> None:
    ended_at = NOON - timedelta(hours=hours)
    suspect = replace(PLAIN, began_at=ended_at - timedelta(hours=1), ended_at=ended_at)

    found = points_of(suspect)

    assert found.get("time", found.get("during", 0)) == points


def test_what_is_being_made_when_it_begins_is_suspected_most() -> None:
    assert points_of(replace(PLAIN, ended_at=None))["during"] == 30


def test_what_began_afterwards_or_long_before_cannot_have_been_it() -> None:
    later = replace(PLAIN, began_at=NOON + timedelta(minutes=6), ended_at=None)
    long_ago = replace(PLAIN, ended_at=NOON - timedelta(days=7, minutes=1))

    assert suspicions(SYMPTOMS, [later, long_ago]) == []


def test_clocks_may_differ_by_a_few_minutes() -> None:
    early = replace(PLAIN, began_at=NOON + timedelta(minutes=4), ended_at=None)

    assert first_of(early) == "plain"


@pytest.mark.parametrize(
    ("given_place", "name", "points"),
    [
        ({"items": frozenset({7}), "service_id": ELSEWHERE}, "same_item", 30),
        ({"service_id": HERE}, "same_service", 22),
        ({"service_id": NEEDED}, "needed_service", 18),
        ({"items": frozenset({8})}, "related_item", 16),
        ({"service_id": NEEDING}, "needing_service", 6),
        ({"service_id": ELSEWHERE}, "elsewhere", -20),
    ],
)
def test_the_nearer_the_more_it_is_suspected(
    given_place: dict[str, Any], name: str, points: int
) -> None:
    assert points_of(replace(PLAIN, **given_place))[name] == points


def test_what_burns_its_error_budget_is_suspected_before_its_equal() -> None:
    burning = replace(SYMPTOMS, burning=frozenset({NEEDED}))
    suspect = replace(PLAIN, key="suspect", service_id=NEEDED)

    assert points_of(suspect, burning).items() - points_of(suspect).items() == {("burning", 8)}
    assert "burning" not in points_of(replace(PLAIN, service_id=HERE), burning)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"outcome": "failed"}, "outcome"),
        ({"outcome": "rolled_back"}, "outcome"),
        ({"outcome": "ok", "close_code": "successful_with_issues"}, "outcome"),
        ({"marks": frozenset({"v2.1"})}, "labels"),
        ({"words": frozenset({"handshake"})}, "words"),
        ({"key": "holder"}, "held"),
        ({"files": 40, "spread": 3.0}, "size"),
        ({"risk": "high"}, "risk"),
    ],
)
def test_each_of_these_alone_puts_a_change_before_its_equal(
    facts: dict[str, Any], name: str
) -> None:
    other = replace(PLAIN, key="other", words=frozenset({"unrelated"}))
    suspect = replace(PLAIN, **{"key": "suspect"} | facts)

    assert first_of(other, suspect) == first_of(suspect, other) == suspect.key
    assert points_of(suspect)[name] > 0


def test_what_was_made_elsewhere_is_hardly_suspected() -> None:
    staging = replace(PLAIN, key="staging", service_id=HERE, environment="staging")

    assert points_of(staging)["other_environment"] == -30
    assert first_of(staging, replace(staging, key="here", environment="production")) == "here"


def test_a_word_that_every_change_has_says_little() -> None:
    everybody = [
        replace(PLAIN, key=place, words=frozenset({"checkout", f"own{place}"}))
        for place in range(10)
    ]
    telling_one = replace(PLAIN, key="telling", words=frozenset({"checkout", "handshake"}))

    ranked = suspicions(SYMPTOMS, [*everybody, telling_one])

    assert ranked[0].key == "telling"
    assert "words" not in {each.name for each in ranked[1].reasons}


def test_of_equals_the_later_is_named_first() -> None:
    earlier = replace(PLAIN, key="earlier", began_at=PLAIN.began_at - timedelta(hours=1))

    assert first_of(earlier, PLAIN) == "plain"


def test_one_is_likely_only_when_clearly_ahead() -> None:
    grave = replace(PLAIN, ended_at=None, service_id=HERE, outcome="failed")
    twin = replace(grave, key="twin")

    alone, together = suspicions(SYMPTOMS, [grave]), suspicions(SYMPTOMS, [grave, twin])

    assert [each.is_likely for each in alone] == [True]
    assert [each.is_likely for each in together] == [False, False]


def test_the_latest_change_is_not_blamed_for_being_the_latest() -> None:
    latest = replace(
        PLAIN, key="latest", began_at=NOON - timedelta(minutes=20), ended_at=None,
        service_id=ELSEWHERE,
    )  # fmt: skip
    cause = replace(PLAIN, key="cause", service_id=NEEDED, outcome="failed")

    assert first_of(latest, cause) == "cause"


def test_nothing_but_time_troubles_nobody() -> None:
    running = replace(PLAIN, ended_at=None, outcome="failed", risk="low")

    (found,) = suspicions(SYMPTOMS, [replace(running, outcome="")])

    assert found.score < LEAST_SHOWN
    assert points_of(running)["unconnected"] == -20


@given(
    st.lists(
        st.builds(
            Suspect,
            key=st.integers(),
            began_at=st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 27)).map(  # noqa: DTZ001
                lambda each: each.replace(tzinfo=UTC)
            ),
            service_id=st.none() | st.integers(1, 5),
            outcome=st.sampled_from(["", "ok", "failed", "rolled_back"]),
            risk=st.sampled_from(["low", "moderate", "high", "very_high"]),
            files=st.integers(0, 10_000),
            spread=st.floats(0, 12),
        ),
        max_size=8,
        unique_by=lambda each: each.key,
    )
)
def test_the_judgement_is_the_sum_of_its_reasons_and_does_not_depend_on_the_order(
    suspects: list[Suspect],
) -> None:
    found = suspicions(SYMPTOMS, suspects)

    assert [each.score for each in found] == [
        round(min(max(sum(reason.points for reason in each.reasons), 0), 100)) for each in found
    ]
    again = suspicions(SYMPTOMS, suspects[::-1])
    assert {each.key: each.score for each in again} == {each.key: each.score for each in found}
    assert sum(each.is_likely for each in found) <= 1


def test_words_are_told_from_paths_and_from_how_one_writes() -> None:
    assert telling("The TLS handshake of checkout", "src/checkout/Tls_config.py") == {
        "tls", "handshake", "checkout", "src", "config",
    }  # fmt: skip


class TestQuality:
    def test_planted_causes_are_found_and_the_innocent_left_alone(self) -> None:
        ((_name, tally),) = table_of(None, seed=101, histories=12)

        assert tally.right / tally.asked >= 0.8
        assert tally.in_three / tally.asked >= 0.95
        assert tally.blamed / tally.causeless <= 0.05
        assert (tally.right - tally.latest) / tally.asked >= 0.2

    def test_a_history_is_the_same_for_the_same_seed(self) -> None:
        assert history(7) == history(7)
        assert history(7) != history(8)

    def test_the_table_says_how_often_the_answer_was_right(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        # Two releases of five: in the first the largest did it, in the second a small one.
        write_project(tmp_path, guilty=("2", "9"))

        code = main([str(tmp_path), "--histories", "1"])

        (line,) = [each for each in capsys.readouterr().out.splitlines() if "releases of 5" in each]
        assert line.split()[-5:] == ["2", "50.0%", "50.0%", "0.0%", "+50.0"]
        assert code == 0

    def test_a_missed_goal_is_told_by_the_code(self, tmp_path: Path) -> None:
        write_project(tmp_path, guilty=("5", "10"))

        assert main([str(tmp_path), "--histories", "1"]) == 1


def write_project(folder: Path, *, guilty: tuple[str, str]) -> None:
    """Ten changes, two of them large, an eleventh without a date, and one issue a half."""
    changes = [
        {
            "transactionid": str(place),
            "commitdate": f"2026-01-{place:02} 12:00:00" if place != 11 else "NA",
            "nf": str({2: 50, 7: 40}.get(place, 5 - place % 5)),
            "entropy": "0",
        }
        for place in range(1, 12)
    ]
    issues = [
        {"intro_change": key, "issue": f"SHOP-{key}", "issue_created": "1772366400"}
        for key in guilty
    ]
    issues.append({"intro_change": "1", "issue": "SHOP-0", "issue_created": ""})
    for name, rows in (("changes", changes), ("links", issues)):
        with gzip.open(folder / f"Shop_{name}.csv.gz", "wt", newline="") as file:
            table = csv.DictWriter(file, fieldnames=list(rows[0]))
            table.writeheader()
            table.writerows(rows)
