"""The calendar in other programs, and the calendars of others in ours."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from dateutil.rrule import rrulestr
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from changes import agenda
from changes.models import CalendarFeed, Window
from changes.windows import Span
from itsm.core.logging import masked
from itsm.core.models import Event
from itsm.people.models import User
from itsm.people.roles import Role
from tests.factories import ChangeFactory, ServiceFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
LONG = "Grüße, an alle; und \\ überall: " + "sehr lang " * 12


@pytest.fixture(autouse=True)
def _friday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def sit(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def address_of(user: User) -> str:
    """The address the person is shown once."""
    shown = sit(user).post("/changes/calendar/feed/", {"do": "make"}).content.decode()
    return (
        "/changes/"
        + shown.partition('class="secret">')[2].partition("</code>")[0].partition("/changes/")[2]
    )


def feed(user: User, **headers: str) -> Any:
    return Client().get(address_of(user), headers=headers)


def events_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    calendar = icalendar.Calendar.from_ical(answer.content)
    return {str(each["SUMMARY"]): each for each in calendar.walk("VEVENT")}


def window(**given: Any) -> Window:
    usual = {
        "sort": "freeze",
        "name": "Fair",
        "starts_at": NOW,
        "ends_at": NOW + timedelta(hours=2),
    }
    return Window.objects.create(**{**usual, **given})


class TestFeedOut:
    def test_a_program_reads_changes_freezes_and_maintenance(self, alice: User) -> None:
        change = ChangeFactory(title=LONG[:200], at_state="scheduled", assignee=alice)
        draft = ChangeFactory(title="Draft")
        gone = ChangeFactory(title="Gone", at_state="canceled")
        window(reason="The fair, of course; all week")

        found = events_of(feed(alice))

        one = found[f"{change.number} {change.title}"]
        assert one["DTSTART"].dt == change.planned_start.replace(microsecond=0)
        assert (str(one["STATUS"]), str(one["TRANSP"])) == ("CONFIRMED", "OPAQUE")
        assert str(one["URL"]).endswith(f"/changes/{change.number}/")
        assert str(found[f"{draft.number} Draft"]["STATUS"]) == "TENTATIVE"
        assert str(found[f"{gone.number} Gone"]["STATUS"]) == "CANCELLED"
        assert str(found["Fair"]["DESCRIPTION"]) == "The fair, of course; all week"
        assert str(found["Fair"]["TRANSP"]) == "TRANSPARENT"

    def test_lines_are_folded_and_end_as_the_standard_says(self, alice: User) -> None:
        ChangeFactory(title=LONG[:200])

        lines = feed(alice).content.split(b"\r\n")

        assert lines[-1] == b""
        assert all(len(each) <= 75 and b"\n" not in each for each in lines)
        assert any(b"\\," in each or b"\\;" in each for each in lines)

    def test_a_rule_keeps_its_hour_and_its_end_in_the_zone_it_was_made_in(
        self, alice: User
    ) -> None:
        start = datetime(2026, 10, 20, 22, tzinfo=BERLIN)
        made = window(
            starts_at=start, ends_at=start + timedelta(hours=2), time_zone="Europe/Berlin",
            repeats="FREQ=WEEKLY;BYDAY=TU;UNTIL=20261215T220000",
        )  # fmt: skip

        answer = feed(alice)

        told = events_of(answer)["Fair"]
        assert b"BEGIN:VTIMEZONE" in answer.content
        assert told["DTSTART"].params["TZID"] == "Europe/Berlin"
        assert b"UNTIL=20261215T210000Z" in told["RRULE"].to_ical()
        rule = rrulestr(told["RRULE"].to_ical().decode(), dtstart=told["DTSTART"].dt)
        theirs = [each.astimezone(UTC) for each in rule]
        ours = [
            each.start
            for each in agenda.spans_of(made, within=Span(start, start + timedelta(days=90)))
        ]
        assert theirs == ours
        assert len(ours) == 9

    def test_it_shows_only_what_its_owner_may_see_at_that_moment(
        self, alice: User, mona: User
    ) -> None:
        secret = ChangeFactory(title="Secret", confidential=True)

        assert not any(secret.number in each for each in events_of(feed(alice)))
        assert any(secret.number in each for each in events_of(feed(mona)))

    def test_an_unchanged_calendar_is_not_sent_twice(self, alice: User) -> None:
        change = ChangeFactory()
        address = address_of(alice)
        first = Client().get(address)
        tag = {"If-None-Match": first.headers["ETag"]}

        with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
            again = Client().get(address, headers=tag)
            change.title = "Something else"
            change.save()
            changed = Client().get(address, headers=tag)

        assert (again.status_code, again.content) == (304, b"")
        assert changed.status_code == 200

    @pytest.mark.parametrize("end", ["ended", "renewed", "inactive", "no longer staff"])
    def test_an_address_ends(self, alice: User, end: str) -> None:
        address = address_of(alice)
        assert Client().get(address).status_code == 200

        if end in ("ended", "renewed"):
            sit(alice).post("/changes/calendar/feed/", {"do": "end" if end == "ended" else "make"})
        else:
            alice.is_active = end != "inactive"
            alice.role = Role.REQUESTER if end == "no longer staff" else alice.role
            alice.save()

        assert Client().get(address).status_code == 404

    def test_the_secret_is_kept_nowhere(self, alice: User) -> None:
        address = address_of(alice)
        secret = address.rpartition("/")[2].removesuffix(".ics")

        assert secret not in str(list(CalendarFeed.objects.values()))
        assert secret not in str(list(Event.objects.values_list("data")))
        assert secret not in masked(address)
        assert secret not in sit(alice).get("/changes/calendar/feed/").content.decode()
        assert len(secret) == 64

    def test_its_owner_sees_whether_a_program_reads_it(self, alice: User) -> None:
        address = address_of(alice)
        assert "No program" in sit(alice).get("/changes/calendar/feed/").content.decode()

        Client().get(address)

        assert "last read" in sit(alice).get("/changes/calendar/feed/").content.decode()


def ics(*events: str) -> str:
    bodies = "".join(
        f"BEGIN:VEVENT\r\nDTSTAMP:20261101T000000Z\r\n{each}\r\nEND:VEVENT\r\n" for each in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\n{bodies}END:VCALENDAR\r\n"


def event(*lines: str, uid: str = "one@other", summary: str = "Year end") -> str:
    return "\r\n".join([f"UID:{uid}", f"SUMMARY:{summary}", *lines])


NIGHTLY = event(
    "DTSTART;TZID=Europe/Berlin:20261201T220000",
    "DTEND;TZID=Europe/Berlin:20261202T020000",
    "RRULE:FREQ=DAILY;UNTIL=20261210T210000Z",
)


class TestFeedIn:
    def take(self, user: User, text: str, *, write: bool = True, **given: Any) -> Any:
        given = {"sort": "freeze", "zone": "Europe/Berlin", "text": text, **given}
        return sit(user).post(
            "/changes/calendar/import/", given | ({"write": "1"} if write else {})
        )

    def test_first_one_looks_and_nothing_happens(self, dana: User) -> None:
        answer = self.take(dana, ics(NIGHTLY), write=False)

        assert answer.status_code == 200
        assert "Year end" in answer.content.decode()
        assert not Window.objects.exists()
        assert not Event.objects.filter(name__startswith="change_window").exists()

    def test_then_it_is_taken_in_with_its_rule_and_zone(self, dana: User) -> None:
        assert self.take(dana, ics(NIGHTLY)).status_code == 302

        made = Window.objects.get()
        assert (made.name, made.sort, made.time_zone) == ("Year end", "freeze", "Europe/Berlin")
        assert made.starts_at == datetime(2026, 12, 1, 21, tzinfo=UTC)
        within = Span(made.starts_at, made.starts_at + timedelta(days=60))
        spans = list(agenda.spans_of(made, within=within))
        assert len(spans) == 10
        assert {each.start.astimezone(BERLIN).hour for each in spans} == {22}
        told = Event.objects.get(name="change_window.added")
        assert told.actor == dana

    def test_the_second_time_nothing_is_doubled(self, dana: User) -> None:
        self.take(dana, ics(NIGHTLY))
        before = Window.objects.get()
        before.services.set([ServiceFactory()])

        self.take(dana, ics(NIGHTLY))
        self.take(dana, ics(NIGHTLY.replace("Year end", "Silent night")))

        after = Window.objects.get()
        assert (after.pk, after.name, after.services.count()) == (before.pk, "Silent night", 1)
        assert Event.objects.filter(name="change_window.changed").count() == 1

    def test_what_is_cancelled_there_ends_here(self, dana: User) -> None:
        self.take(dana, ics(NIGHTLY))

        self.take(dana, ics(NIGHTLY + "\r\nSTATUS:CANCELLED"))

        assert not Window.objects.get().is_active

    def test_a_rule_has_exceptions_in_any_zone_and_they_come_back_as_they_were(
        self, dana: User
    ) -> None:
        excepted = NIGHTLY.replace("UNTIL=20261210T210000Z", "COUNT=6") + (
            "\r\nEXDATE;TZID=America/New_York:20261202T160000"
            "\r\nEXDATE;VALUE=DATE:20261204"
            "\r\nRDATE;TZID=Europe/Berlin:20261220T080000"
            "\r\nRDATE;VALUE=PERIOD:20261224T100000Z/PT1H"
            "\r\nEXDATE:20261203T230000Z"  # an hour at which nothing begins
        )
        self.take(dana, ics(excepted))
        made = Window.objects.get()
        year = Span(made.starts_at, made.starts_at + timedelta(days=60))

        open_at = list(agenda.spans_of(made, within=year))

        assert [
            (f"{each.start.astimezone(BERLIN):%d %H}", (each.end - each.start).seconds / 3600)
            for each in open_at
        ] == [("01 22", 4), ("03 22", 4), ("05 22", 4), ("06 22", 4), ("20 08", 4), ("24 11", 1)]

        ours = feed(dana).content.decode()
        made.delete()
        self.take(dana, ours)
        assert list(agenda.spans_of(Window.objects.get(), within=year)) == open_at

    def test_a_category_says_which_sort_it_is(self, dana: User) -> None:
        self.take(dana, ics(NIGHTLY + "\r\nCATEGORIES:Ops,Maintenance"))

        assert Window.objects.get().sort == "maintenance"

    @pytest.mark.parametrize(
        ("lines", "start", "hours"),
        [
            (["DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227"], date(2026, 12, 24), 72),
            (["DTSTART;VALUE=DATE:20261224"], date(2026, 12, 24), 24),
            (["DTSTART:20261224T000000", "DURATION:PT90M"], date(2026, 12, 24), 1.5),
            (["DTSTART:20261223T230000Z", "DURATION:PT1H"], date(2026, 12, 24), 1),
        ],
    )
    def test_days_lengths_and_times_without_a_zone_are_understood(
        self, dana: User, lines: list[str], start: date, hours: float
    ) -> None:
        self.take(dana, ics(event(*lines)))

        made = Window.objects.get()
        local = made.starts_at.astimezone(BERLIN)
        assert (local.date(), local.hour) == (start, 0)
        assert made.ends_at - made.starts_at == timedelta(hours=hours)

    @pytest.mark.parametrize(
        "wrong",
        [
            event("DTSTART:20261201T220000Z"),
            event("DTEND:20261201T220000Z"),
            event("DTSTART:20261201T220000Z", "DTEND:20261201T210000Z"),
            event("DTSTART:20261201T220000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"),
            event("DTSTART:20261201T220000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY",
                  "EXDATE:nonsense"),
            event("DTSTART:20261201T220000Z", "DURATION:PT1H", "RECURRENCE-ID:20261202T220000Z"),
            event("DTSTART:20261201T220000Z", "DURATION:PT1H", "RDATE:20261130T220000Z"),
            event("DTSTART:20261201T220000Z", "DURATION:PT1H", uid=""),
            event("DTSTART:20261201T220000Z", "DURATION:PT1H", summary=""),
            event("DTSTART;TZID=Nowhere/Land:20261201T220000", "DURATION:PT1H"),
            event("DTSTART:nonsense", "DURATION:PT1H"),
            event("DTSTART:20261201T220000Z", "DURATION:PT1H", "CATEGORIES:CHANGE"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_kept_is_left_out_and_the_rest_is_taken(
        self, dana: User, wrong: str
    ) -> None:
        answer = self.take(dana, ics(wrong, NIGHTLY.replace("one@", "two@")), write=False)
        assert "left out" in answer.content.decode()

        self.take(dana, ics(wrong, NIGHTLY.replace("one@", "two@")))

        assert [each.uid for each in Window.objects.all()] == ["two@other"]

    @pytest.mark.parametrize(
        "text",
        ["", "hello", "BEGIN:VCALENDAR", "BEGIN:VEVENT\r\nEND:VEVENT", ics(), "\x00",
         "END:VCALENDAR", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n"],
    )  # fmt: skip
    def test_what_is_no_calendar_is_refused_in_words(self, dana: User, text: str) -> None:
        answer = self.take(dana, text)

        assert answer.status_code == 422
        assert not Window.objects.exists()

    def test_a_file_is_read_too(self, dana: User) -> None:
        file = SimpleUploadedFile("freeze.ics", b"\xef\xbb\xbf" + ics(NIGHTLY).encode())

        self.take(dana, "", file=file)

        assert Window.objects.get().uid == "one@other"

    def test_a_private_address_is_not_called(self, dana: User) -> None:
        for address in ("https://127.0.0.1/x.ics", "file:///etc/passwd", "http://example.test/"):
            answer = self.take(dana, "", address=address)

            assert answer.status_code == 422
            assert 'id="wrong-address"' in answer.content.decode()

    def test_what_we_tell_can_be_taken_in_again(self, dana: User) -> None:
        ChangeFactory()
        self.take(dana, ics(NIGHTLY))
        before = Window.objects.values("name", "starts_at", "ends_at", "repeats", "time_zone").get()

        self.take(dana, feed(dana).content.decode())

        after = Window.objects.values("name", "starts_at", "ends_at", "repeats", "time_zone").get()
        assert after == before
        assert not Event.objects.filter(name="change_window.changed").exists()

    def test_our_own_windows_come_back_as_themselves(self, dana: User) -> None:
        made = window()
        ours = feed(dana).content.decode()

        self.take(dana, ours.replace("SUMMARY:Fair", "SUMMARY:Trade fair"))

        assert [(each.pk, each.name) for each in Window.objects.all()] == [(made.pk, "Trade fair")]

    def test_agents_take_nothing_in(self, alice: User) -> None:
        assert self.take(alice, ics(NIGHTLY)).status_code == 403
        assert not Window.objects.exists()
