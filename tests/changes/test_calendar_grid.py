"""Where things stand on the calendar: on which days, in which lanes, and what has no room."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from changes.calendar import (
    Entry,
    View,
    cells,
    columns,
    days_of,
    lanes,
    picked,
    shifted,
    span_of,
)
from changes.windows import Span

BERLIN = ZoneInfo("Europe/Berlin")


def entry(start: datetime, hours: float = 1, **given: Any) -> Entry:
    span = Span(start, start + timedelta(hours=hours))
    return Entry(**{"sort": "change", "title": "Deploy", "span": span, **given})


class TestWhereThingsStand:
    def test_a_month_shows_whole_weeks(self) -> None:
        days = days_of(View.MONTH, date(2026, 11, 27))

        assert (days[0], days[-1], len(days)) == (date(2026, 10, 26), date(2026, 12, 6), 42)

    def test_a_day_on_which_clocks_change_has_its_own_length(self) -> None:
        autumn = span_of([date(2026, 10, 25)], BERLIN)
        spring = span_of([date(2026, 3, 29)], BERLIN)

        assert (autumn.end - autumn.start, spring.end - spring.start) == (
            timedelta(hours=25),
            timedelta(hours=23),
        )

    def test_what_ends_at_midnight_is_not_on_the_next_day(self) -> None:
        late = entry(datetime(2026, 11, 27, 22, tzinfo=UTC))  # until midnight in Berlin
        days = days_of(View.WEEK, date(2026, 11, 27))

        found = columns([late], days=days, today=date(2026, 11, 27), zone=BERLIN, most=4)

        assert [len(each.slots) for each in found] == [0, 0, 0, 0, 1, 0, 0]

    def test_what_lasts_for_days_is_on_each_of_them(self) -> None:
        long = entry(datetime(2026, 11, 23, 12, tzinfo=UTC), 60, sort="freeze")
        days = days_of(View.MONTH, date(2026, 11, 27))

        found = cells([long], days=days, today=days[0], month=11, zone=BERLIN)

        touched = [each for each in found if each.slots]
        assert [each.day.day for each in touched] == [23, 24, 25, 26]
        assert [each.slots[0].begins for each in touched] == ["13:00", "", "", ""]

    def test_one_night_of_maintenance_is_one_line_of_a_month(self) -> None:
        night = entry(datetime(2026, 11, 23, 21, tzinfo=UTC), 6, sort="maintenance")
        days = days_of(View.MONTH, date(2026, 11, 27))

        found = cells([night], days=days, today=days[0], month=11, zone=BERLIN)

        assert [each.day.day for each in found if each.slots] == [23]

    def test_a_short_change_has_room_for_its_words_late_in_the_day_too(self) -> None:
        late = entry(datetime(2026, 11, 27, 22, 58, tzinfo=UTC), 0.01)
        days = [date(2026, 11, 27)]

        (found,) = columns([late], days=days, today=days[0], zone=BERLIN, most=4)

        assert [(each.at, each.to) for each in found.slots] == [(95, 97)]

    def test_services_have_lanes_in_order(self) -> None:
        monday = datetime(2026, 11, 23, tzinfo=UTC)
        found = lanes(
            [
                entry(monday, lanes=("wiki",)),
                entry(monday + timedelta(days=6, hours=23), lanes=("Checkout",)),
                entry(monday),
                entry(monday - timedelta(days=1), 24 * 9, sort="freeze"),
            ],
            days=days_of(View.LANES, date(2026, 11, 27)),
            zone=ZoneInfo("UTC"),
            everything="All",
            nothing="None",
        )

        assert [each.name for each in found] == ["All", "Checkout", "wiki", "None"]
        assert [(each.slots[0].at, each.slots[0].to) for each in found] == [
            (1, 169), (155, 169), (1, 15), (1, 15),
        ]  # fmt: skip

    def test_a_shift_counts_by_the_clock_on_the_wall(self) -> None:
        before = Span(datetime(2026, 10, 24, 8, tzinfo=UTC), datetime(2026, 10, 24, 10, tzinfo=UTC))

        after = shifted(before, days=1, minutes=30, zone=BERLIN)

        assert after.start.astimezone(BERLIN).isoformat() == "2026-10-25T10:30:00+01:00"
        assert after.end - after.start == timedelta(hours=2)

    @pytest.mark.parametrize("month", [date(2026, 10, 20), date(2026, 3, 3), date(2026, 11, 1)])
    def test_a_month_of_which_only_what_is_shown_was_read_looks_the_same(self, month: date) -> None:
        """Also where clocks change, and with what begins or ends at midnight or lasts for days."""
        drawn = random.Random(str(month))
        days = days_of(View.MONTH, month)
        first = span_of(days, BERLIN).start
        starts = sorted(drawn.randrange(-48, len(days) * 24) for _turn in range(150))
        crowd = [
            entry(
                first + timedelta(hours=each), drawn.choice([1, 2, 24, 70]), number=f"CHG-{place}"
            )
            for place, each in enumerate(starts)
        ]
        freeze = entry(first + timedelta(days=9), 24 * 4, sort="freeze")

        shown, hidden = picked(
            (
                (place, each.span.start.timestamp(), each.span.end.timestamp())
                for place, each in enumerate(crowd)
            ),
            days=days,
            zone=BERLIN,
        )

        how: dict[str, Any] = {"days": days, "today": month, "month": month.month, "zone": BERLIN}
        some = [freeze, *(each for place, each in enumerate(crowd) if place in shown)]
        whole, read = cells([freeze, *crowd], **how), cells(some, **how, hidden=hidden)
        assert [(each.slots, each.more) for each in read] == [
            (each.slots, each.more) for each in whole
        ]
        assert len(shown) < len(crowd)
