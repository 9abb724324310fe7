from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itsm.sla.business_time import (
    WorkingWeek,
    add_working_days,
    add_working_time,
    working_time_between,
)

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = WorkingWeek(
    BERLIN,
    {day: [(time(9), time(12)), (time(13), time(17))] for day in range(5)},
    frozenset({date(2026, 12, 25)}),
)
ALWAYS = WorkingWeek(BERLIN, {day: [(time(0), time(0))] for day in range(7)})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T09:00", 1, "2026-11-23T10:00"),
        ("2026-11-23T11:30", 1, "2026-11-23T13:30"),
        ("2026-11-23T16:00", 2, "2026-11-24T10:00"),
        ("2026-11-27T16:00", 2, "2026-11-30T10:00"),
        ("2026-11-28T12:00", 1, "2026-11-30T10:00"),
        ("2026-12-24T16:30", 1, "2026-12-28T09:30"),
        ("2026-11-23T05:00", 7, "2026-11-23T17:00"),
    ],
)
def test_working_time_is_added_over_lunch_nights_weekends_and_holidays(
    start: str, hours: int, end: str
) -> None:
    assert add_working_time(OFFICE, at(start), timedelta(hours=hours)) == at(end)


def test_a_day_that_loses_an_hour_has_twenty_three() -> None:
    assert add_working_time(ALWAYS, at("2026-03-28T12:00"), timedelta(hours=24)) == at(
        "2026-03-29T13:00"
    )


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-23T15:00", 1, "2026-11-24T15:00"),
        ("2026-11-23T15:00", 7, "2026-12-02T15:00"),
        ("2026-11-28T15:00", 1, "2026-11-30T15:00"),
        ("2026-12-24T15:00", 1, "2026-12-28T15:00"),
    ],
)
def test_working_days_skip_weekends_and_holidays(start: str, days: int, end: str) -> None:
    assert add_working_days(OFFICE, at(start), days) == at(end)


@given(
    start=st.datetimes(
        at("2026-01-01").replace(tzinfo=None), at("2027-12-31").replace(tzinfo=None)
    ),
    minutes=st.integers(0, 5000),
)
def test_what_was_added_lies_between(start: datetime, minutes: int) -> None:
    begin = start.replace(tzinfo=ZoneInfo("UTC"))

    end = add_working_time(OFFICE, begin, timedelta(minutes=minutes))

    assert working_time_between(OFFICE, begin, end) == timedelta(minutes=minutes)


def test_a_calendar_without_hours_is_a_mistake_told_at_once() -> None:
    with pytest.raises(ValueError, match="no working hours"):
        add_working_days(WorkingWeek(BERLIN, {}), at("2026-11-23T09:00"), 1)
