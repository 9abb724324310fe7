"""When a message goes out: tables of preferences, quiet hours and digests."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from itsm.notifications.timing import Due, Times, due

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT: dict[str, Any] = {"quiet_from": time(22), "quiet_until": time(7)}
LUNCH: dict[str, Any] = {"quiet_from": time(12), "quiet_until": time(13)}


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("wishes", "at", "expected", "gathered"),
    [
        ({}, "2026-11-25 23:30", "2026-11-25 23:30", False),
        (NIGHT, "2026-11-25 21:59", "2026-11-25 21:59", False),
        (NIGHT, "2026-11-25 22:00", "2026-11-26 07:00", True),
        (NIGHT, "2026-11-26 06:59", "2026-11-26 07:00", True),
        (NIGHT, "2026-11-26 07:00", "2026-11-26 07:00", False),
        (LUNCH, "2026-11-25 12:30", "2026-11-25 13:00", True),
        (LUNCH, "2026-11-25 13:00", "2026-11-25 13:00", False),
        ({"digest": "hourly"}, "2026-11-25 10:12", "2026-11-25 11:00", True),
        ({"digest": "hourly"}, "2026-11-25 10:00", "2026-11-25 11:00", True),
        ({"digest": "daily", "digest_hour": 8}, "2026-11-25 07:59", "2026-11-25 08:00", True),
        ({"digest": "daily", "digest_hour": 8}, "2026-11-25 08:00", "2026-11-26 08:00", True),
        ({"digest": "hourly", **NIGHT}, "2026-11-25 21:30", "2026-11-26 07:00", True),
        (
            {"digest": "daily", "digest_hour": 5, **NIGHT},
            "2026-11-25 12:00",
            "2026-11-26 07:00",
            True,
        ),
        # The clocks go back on 25 October and forward on 29 March.
        (NIGHT, "2026-10-24 23:00", "2026-10-25 07:00", True),
        ({"digest": "daily", "digest_hour": 8}, "2026-03-28 20:00", "2026-03-29 08:00", True),
    ],
)
def test_mail_goes_out_when_its_reader_wants_it(
    wishes: dict[str, Any], at: str, expected: str, gathered: bool
):
    times = Times(BERLIN, **wishes)

    assert due(times, at=berlin(at)) == Due(berlin(expected), gathered=gathered)


@pytest.mark.parametrize(
    ("lets_critical", "is_critical", "is_fixed", "waits"),
    [
        (True, True, False, False),
        (False, True, False, True),
        (True, False, False, True),
        (False, False, True, False),
    ],
)
def test_what_is_critical_or_of_security_breaks_through_the_night(
    lets_critical: bool, is_critical: bool, is_fixed: bool, waits: bool
):
    times = Times(BERLIN, digest="daily", lets_critical=lets_critical, **NIGHT)
    at = berlin("2026-11-25 23:00")

    told = due(times, at=at, is_critical=is_critical, is_fixed=is_fixed)

    assert (told.at != at) is waits
    assert told.gathered is waits
