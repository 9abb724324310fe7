"""When windows are open, and where there is room."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes.windows import Span, exceptions_in, first_free, merged, occurrences

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def at(day: int, hour: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def span(start: datetime, hours: int) -> Span:
    return Span(start, start + timedelta(hours=hours))


WEEK = Span(at(1), at(8))
spans = st.builds(
    lambda start, length: span(at(1) + timedelta(hours=start), length),
    st.integers(0, 150), st.integers(1, 20),
)  # fmt: skip


def test_a_window_that_does_not_repeat_is_there_once():
    once = span(at(3, 22), 4)

    assert list(occurrences(once, repeats="", zone=BERLIN, within=WEEK)) == [once]
    assert list(occurrences(once, repeats="", zone=BERLIN, within=Span(at(9), at(12)))) == []


def test_it_keeps_its_hour_when_the_clocks_change():
    first = Span(datetime(2026, 10, 18, 20, tzinfo=UTC), datetime(2026, 10, 18, 22, tzinfo=UTC))
    autumn = Span(datetime(2026, 10, 17, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))

    found = list(occurrences(first, repeats="FREQ=WEEKLY", zone=BERLIN, within=autumn))

    assert [each.start.hour for each in found] == [20, 21, 21]
    assert {each.start.astimezone(BERLIN).hour for each in found} == {22}
    assert {each.end - each.start for each in found} == {timedelta(hours=2)}


def test_one_that_began_before_the_time_asked_for_is_found():
    nightly = span(at(1, 23), 6)

    found = list(
        occurrences(nightly, repeats="FREQ=DAILY", zone=ZoneInfo("UTC"), within=span(at(5, 2), 1))
    )

    assert [each.start for each in found] == [at(4, 23)]


def test_exceptions_are_meant_by_the_wall_of_the_zone():
    first = Span(datetime(2026, 10, 17, 20, tzinfo=UTC), datetime(2026, 10, 17, 22, tzinfo=UTC))
    told = exceptions_in(
        "2026-10-24\n2026-11-07 22:00\n2026-10-31 21:00",
        "2026-11-05 22:00\n2026-11-14 22:00 to 2026-11-15 06:00",
        length=timedelta(hours=2),
        zone=BERLIN,
    )
    autumn = Span(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))

    found = occurrences(first, repeats="FREQ=WEEKLY", zone=BERLIN, within=autumn, exceptions=told)

    assert [(f"{each.start:%m-%d %H}", (each.end - each.start) // HOUR) for each in found] == [
        ("10-17 20", 2),
        ("10-31 21", 2),
        ("11-05 21", 2),
        ("11-14 21", 8),
    ]


@pytest.mark.parametrize(
    "told", [("soon", ""), ("2026-12-24 22:00+01:00", ""), ("", "2026-12-24 22:00 to 2026-12-24")]
)
def test_exceptions_that_say_nothing_are_refused(told):
    with pytest.raises(ValueError, match=r"soon|2026"):
        exceptions_in(*told, length=timedelta(hours=2), zone=BERLIN)


@pytest.mark.parametrize(
    ("busy", "allowed", "start"),
    [
        ([], None, at(1)),
        ([span(at(1), 5)], None, at(1, 5)),
        ([span(at(1, 1), 2)], None, at(1, 3)),
        ([span(at(1, 2), 2)], None, at(1)),
        ([span(at(1), 5), span(at(1, 6), 2)], None, at(1, 8)),
        ([], [span(at(2, 22), 4)], at(2, 22)),
        ([span(at(2, 22), 3)], [span(at(2, 22), 4), span(at(3, 22), 4)], at(3, 22)),
    ],
)
def test_the_next_free_slot_is_the_first_that_fits(busy, allowed, start):
    found = first_free(timedelta(hours=2), within=WEEK, busy=busy, allowed=allowed)

    assert found == span(start, 2)


def test_there_may_be_no_room():
    assert first_free(timedelta(hours=2), within=WEEK, busy=[WEEK]) is None
    assert first_free(timedelta(hours=5), within=WEEK, busy=[], allowed=[span(at(2), 4)]) is None


@given(st.lists(spans, max_size=12), st.integers(1, 9))
def test_a_slot_touches_nothing_and_none_lies_before_it(busy, hours):
    length = timedelta(hours=hours)

    found = first_free(length, within=WEEK, busy=busy)

    starts = [at(1) + timedelta(hours=each) for each in range(168 - hours + 1)]
    free = [
        each for each in starts if not any(Span(each, each + length).overlaps(one) for one in busy)
    ]
    assert (found.start if found else None) == (free[0] if free else None)


@given(st.lists(spans, max_size=12))
def test_merging_keeps_every_moment_and_overlaps_nowhere(several):
    together = merged(several)

    hours = [span(at(1) + timedelta(hours=each), 1) for each in range(180)]
    assert [any(each.overlaps(one) for one in several) for each in hours] == [
        any(each.overlaps(one) for one in together) for each in hours
    ]
    assert all(first.end < second.start for first, second in pairwise(together))
