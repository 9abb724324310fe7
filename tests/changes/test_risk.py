"""Risk as a table: what each circumstance adds, and that worse is never less."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.risk import Circumstances, band_of, rating_of, risk_of, track_record

HARMLESS = Circumstances()
WORSE: dict[str, tuple[Any, ...]] = {
    "tier": (4, 3, 2, 1),
    "touched": (1, 2, 4, 6, 40),
    "downstream": (0, 1, 3, 5, 90),
    "has_tested_backout": (True, False),
    "lead_time": (timedelta(days=9), timedelta(hours=1)),
    "destroys": ("", "something", "data"),
    "is_outside_window": (False, True),
    "record": (3.0, 2.0, 1.0, -4.0),
    "has_failed_evidence": (False, True),
    "is_irreversible": (False, True),
    "has_open_incident": (False, True),
    "answered": (0, 30, 100),
}


@pytest.mark.parametrize(
    ("circumstance", "points"),
    [
        ({"tier": 1}, 30), ({"tier": 2}, 20), ({"tier": 3}, 10), ({"tier": 4}, 0),
        ({"touched": 2}, 3), ({"touched": 60}, 15),
        ({"downstream": 2}, 6), ({"downstream": 60}, 15),
        ({"has_tested_backout": False}, 15),
        ({"destroys": "something"}, 25), ({"destroys": "data"}, 50),
        ({"lead_time": timedelta(hours=1), "wanted_lead_time": timedelta(days=2)}, 10),
        ({"lead_time": timedelta(days=2), "wanted_lead_time": timedelta(days=2)}, 0),
        ({"is_outside_window": True}, 10),
        ({"record": 1.0}, 5), ({"record": -3.0}, 20),
        ({"has_failed_evidence": True}, 20),
        ({"is_irreversible": True}, 15),
        ({"has_open_incident": True}, 10),
    ],
)  # fmt: skip
def test_each_circumstance_adds_its_points_and_says_why(circumstance, points):
    risk = risk_of(replace(HARMLESS, **circumstance))

    assert risk.score == points
    assert [bool(str(each.why)) for each in risk.contributions] == [True] * bool(points)


def test_a_good_record_takes_points_off_but_never_below_nothing():
    assert risk_of(replace(HARMLESS, tier=3, record=3.0)).score == 0
    assert risk_of(replace(HARMLESS, record=3.0)).score == 0


def test_the_higher_of_computation_and_questionnaire_counts():
    assert risk_of(replace(HARMLESS, tier=1, answered=20)).score == 30
    judged = risk_of(replace(HARMLESS, tier=1, answered=80))
    assert (judged.score, judged.band) == (80, "very_high")
    assert [each.name for each in judged.contributions] == ["questionnaire"]


@pytest.mark.parametrize(
    ("score", "band"),
    [(0, "low"), (24, "low"), (25, "moderate"), (49, "moderate"), (50, "high"), (75, "very_high"),
     (100, "very_high")],
)  # fmt: skip
def test_bands_begin_where_the_table_says(score, band):
    assert band_of(score) == band


@pytest.mark.parametrize(
    ("ended", "record", "rating"),
    [
        ([("successful", None)] * 4, 3, "excellent"),
        ([("successful", None), ("successful_with_issues", None)], 0.5, "medium"),
        ([("successful", 1)], -7, "low"),
        ([("rolled_back", 3)], -7, "low"),
        ([("not_implemented", None), ("successful", None)], 3, "excellent"),
    ],
)
def test_a_track_record_is_the_mean_of_how_changes_ended(ended, record, rating):
    assert track_record(ended) == record
    assert rating_of(record) == rating


def test_changes_that_never_ran_make_no_record():
    assert track_record([("not_implemented", None)]) is None


@given(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in WORSE.items()}),
    st.sampled_from(sorted(WORSE)),
    st.data(),
)
def test_a_worse_circumstance_never_lowers_the_risk(known, name, data):
    values = WORSE[name]
    place = data.draw(st.integers(values.index(known[name]), len(values) - 1))
    before = Circumstances(**known, wanted_lead_time=timedelta(days=2))

    after = replace(before, **{name: values[place]})

    assert risk_of(after).score >= risk_of(before).score
    assert 0 <= risk_of(after).score <= 100
