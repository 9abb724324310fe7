"""How sure a number is, and whether two of them differ: tables, and what chance does."""

import random

import pytest

from itsm.core.statistics import (
    NOTHING,
    Figure,
    mean_of,
    median_of,
    places,
    share_of,
    stands_out,
    sum_of,
    verdict,
)


@pytest.mark.parametrize(
    ("count", "expected"),
    # As the tables of order statistics have them: at least 95 in a hundred.
    [(10, (1, 10)), (15, (3, 13)), (25, (7, 19)), (50, (18, 33)), (100, (40, 61))],
)
def test_the_median_lies_between_these_places(count: int, expected: tuple[int, int]) -> None:
    low, high = places(count)

    assert (low, high) in (expected, (expected[0], expected[1] + 1), (expected[0] + 1, expected[1]))


def test_the_interval_of_a_median_holds_it_nineteen_times_in_twenty() -> None:
    drawn = random.Random(4)

    held = 0
    for _each in range(400):
        figure = median_of([drawn.expovariate(1) for _row in range(30)])
        held += (figure.low or 0) <= 0.6931 <= (figure.high or 0)

    assert held / 400 >= 0.94


def test_a_share_is_never_surer_than_it_may_be() -> None:
    figure = share_of(0, 20)

    assert (figure.middle, figure.low) == (0.0, 0.0)
    assert figure.high == pytest.approx(0.161, abs=0.001)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (Figure(20, 5, 4, 6), Figure(20, 10, 8, 12), "better"),
        (Figure(20, 10, 8, 12), Figure(20, 5, 4, 6), "worse"),
        (Figure(20, 5, 4, 9), Figure(20, 10, 8, 12), "same"),
        (Figure(9, 5, 4, 6), Figure(20, 10, 8, 12), "unknown"),
        (NOTHING, Figure(20, 10, 8, 12), "unknown"),
    ],
)
def test_only_a_gap_is_a_change(now: Figure, before: Figure, expected: str) -> None:
    assert verdict(now, before, is_less_better=True) == expected


def test_where_more_is_better_it_is_the_other_way_round() -> None:
    assert (
        verdict(Figure(20, 0.9, 0.8, 1), Figure(20, 0.5, 0.4, 0.6), is_less_better=False)
        == "better"
    )


def test_equal_teams_are_not_ranked_by_chance() -> None:
    drawn = random.Random(8)
    teams = 20

    told = 0
    for _each in range(30):
        rows = [[drawn.expovariate(1) for _row in range(25)] for _team in range(teams)]
        whole = median_of([value for values in rows for value in values])
        parts = [median_of(values, among=teams) for values in rows]
        told += any(stands_out(part, whole, is_less_better=True) != "same" for part in parts)

    assert told / 30 <= 0.2


def test_sums_and_means_say_what_chance_does_to_them() -> None:
    counted = sum_of(1, 0, 100)

    assert (counted.middle, counted.count) == (100, 100)
    assert counted.low == pytest.approx(80.4, abs=0.01)
    assert counted.high == pytest.approx(119.6, abs=0.01)
    assert mean_of(2, 1, 100).high == pytest.approx(2.196, abs=0.001)
    assert mean_of(0.1, 2, 10).low == 0
