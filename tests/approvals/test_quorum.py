"""When votes are enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itsm.approvals.conditions import fits, why_not_valid
from itsm.approvals.quorum import Quorum, Result, Sort, result_of

YES, NO, NONE, AWAY = "approved", "rejected", "requested", "abstained"


@pytest.mark.parametrize(
    ("sort", "amount", "asked", "needed"),
    [
        ("first", 1, 5, 1), ("all", 1, 3, 3), ("count", 2, 3, 2), ("count", 9, 3, 3),
        ("percent", 50, 3, 2), ("percent", 50, 2, 1), ("percent", 0, 3, 1), ("percent", 100, 3, 3),
        ("percent", 250, 3, 3), ("percent", 33, 3, 1), ("percent", 34, 3, 2),
    ],
)  # fmt: skip
def test_the_number_needed_is_rounded_up_exactly(sort, amount, asked, needed):
    assert Quorum(Sort(sort), amount).needed(asked) == needed


@pytest.mark.parametrize(
    ("quorum", "votes", "result"),
    [
        (Quorum(), [NONE, NONE], "open"),
        (Quorum(), [YES, NONE], "granted"),
        (Quorum(), [NO, NONE], "denied"),
        (Quorum(any_no_denies=False), [NO, NONE], "open"),
        (Quorum(any_no_denies=False), [NO, NO], "denied"),
        (Quorum(Sort.ALL), [YES, NONE], "open"),
        (Quorum(Sort.ALL), [YES, AWAY], "granted"),
        (Quorum(Sort.ALL), [AWAY, AWAY], "denied"),
        (Quorum(Sort.PERCENT, 50, any_no_denies=False), [YES, NO, NONE], "open"),
        (Quorum(Sort.PERCENT, 50, any_no_denies=False), [YES, NO, YES], "granted"),
        (Quorum(Sort.PERCENT, 50, any_no_denies=False), [NO, NO, NONE], "denied"),
    ],
)
def test_votes_come_to_what_the_quorum_says(quorum, votes, result):
    assert result_of(quorum, votes) == result


@given(
    st.sampled_from(list(Sort)),
    st.integers(0, 120),
    st.booleans(),
    st.lists(st.sampled_from([YES, NO, AWAY]), min_size=1, max_size=9),
)
def test_once_everybody_has_spoken_it_is_decided(sort, amount, any_no_denies, votes):
    assert result_of(Quorum(sort, amount, any_no_denies), votes) is not Result.OPEN


@pytest.mark.parametrize(
    ("op", "value", "found", "holds"),
    [
        ("is", "normal", "normal", True), ("is", "normal", None, False),
        ("is_not", "normal", None, True), ("in", ["a", "b"], "b", True),
        ("at_least", 50, 50, True), ("at_least", 50, None, False), ("at_least", 50, "x", False),
        ("at_most", 2, 1, True), ("has", "db-1", ["db-1"], True), ("has", "db-1", "db-1", False),
    ],
)  # fmt: skip
def test_a_condition_holds_or_not(op, value, found, holds):
    assert fits([{"field": "x", "op": op, "value": value}], {"x": found}) is holds


def test_no_condition_fits_everything():
    assert fits([], {})


@pytest.mark.parametrize(
    "wrong",
    ["x", [1], [{"field": "risk"}], [{"field": "nope", "op": "is", "value": 1}],
     [{"field": "risk", "op": "like", "value": 1}], [{"field": "risk", "op": "in", "value": 1}]],
)  # fmt: skip
def test_conditions_that_could_not_be_followed_are_named(wrong):
    assert why_not_valid(wrong, fields=["risk"]).endswith(".")
