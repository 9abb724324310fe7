"""The calendar: what it shows to whom, where, and moving a change over it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from changes.calendar import View
from changes.models import Change, Window
from itsm.approvals.models import Approval
from itsm.people.models import User
from tests.factories import ChangeFactory, ServiceFactory, TeamFactory

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
Sit = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _friday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sit() -> Sit:
    def seat(user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return seat


def at(day: int, hour: int = 10, *, lasts: int = 1, **given: Any) -> Change:
    """A change planned for that day of November."""
    start = datetime(2026, 11, day, hour, tzinfo=UTC)
    given = {"planned_start": start, "planned_end": start + timedelta(hours=lasts), **given}
    return ChangeFactory(**given)


def window(sort: str = "freeze", *, day: int = 27, lasts: int = 4, **given: Any) -> Window:
    start = datetime(2026, 11, day, 8, tzinfo=UTC)
    end = start + timedelta(hours=lasts)
    given = {"name": "Fair", "starts_at": start, "ends_at": end, **given}
    return Window.objects.create(sort=sort, **given)


def page(browser: Client, query: str = "view=month&on=2026-11-27") -> str:
    answer = browser.get(f"/changes/calendar/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


class TestWhatIsShown:
    @pytest.mark.parametrize("view", list(View))
    def test_every_view_shows_changes_freezes_and_maintenance(
        self, sit: Sit, alice: User, view: View
    ) -> None:
        change = at(27)
        window(name="Fair")
        window("maintenance", name="Patch night")

        shown = page(sit(alice), f"view={view}&on=2026-11-27")

        assert all(each in shown for each in (change.number, "Fair", "Patch night"))

    def test_what_a_person_may_not_see_is_not_there(
        self, sit: Sit, alice: User, mona: User
    ) -> None:
        secret = at(27, confidential=True, title="Dismiss the director")

        assert secret.number not in page(sit(alice))
        assert secret.number in page(sit(mona))

    def test_a_crowded_day_says_how_much_more_there_is_by_the_clock_of_the_reader(
        self, sit: Sit, alice: User
    ) -> None:
        alice.time_zone = "America/Los_Angeles"
        alice.save()
        for _turn in range(8):
            at(28, 9)  # an hour after midnight there
        shown = page(sit(alice))

        before, day = (
            shown[shown.index(f'data-day="{first}"') : shown.index(f'data-day="{then}"')]
            for first, then in (("2026-11-27", "2026-11-28"), ("2026-11-28", "2026-11-29"))
        )
        assert (day.count("<li>"), "4 more" in day, "CHG-" in before) == (5, True, False)

    def test_the_canceled_takes_no_place(self, sit: Sit, alice: User) -> None:
        assert at(27, at_state="canceled").number not in page(sit(alice))

    @pytest.mark.parametrize(
        ("query", "shows"),
        [
            ("service=checkout", True),
            ("service=wiki", False),
            ("team=shop", True),
            ("team=network", False),
            ("type=emergency", True),
            ("type=normal", False),
            ("environment=staging", True),
            ("environment=production", False),
        ],
    )
    def test_it_can_be_narrowed(self, sit: Sit, alice: User, query: str, shows: bool) -> None:
        ServiceFactory(name="wiki")
        TeamFactory(slug="network")
        change = at(
            27, service=ServiceFactory(name="checkout"), team=TeamFactory(slug="shop"),
            type="emergency", environment="staging",
        )  # fmt: skip

        assert (change.number in page(sit(alice), f"on=2026-11-27&{query}")) is shows

    def test_a_freeze_of_another_service_is_narrowed_away(self, sit: Sit, alice: User) -> None:
        window().services.set([ServiceFactory(name="wiki")])
        ServiceFactory(name="checkout")

        assert "Fair" in page(sit(alice), "on=2026-11-27&service=wiki")
        assert "Fair" not in page(sit(alice), "on=2026-11-27&service=checkout")

    @pytest.mark.parametrize(
        "query",
        ["service=nothing", "team=nothing", "type=nothing", "on=never", "on=2026-02-31",
         "on=9999-12-31", "on=0001-01-01", "view=nothing", "service=%00"],
    )  # fmt: skip
    def test_rubbish_in_the_address_is_no_fault_of_ours(
        self, sit: Sit, alice: User, query: str
    ) -> None:
        assert "<h1>" in page(sit(alice), query)

    def test_a_full_day_folds_and_says_how_much(self, sit: Sit, alice: User) -> None:
        for _ in range(9):
            at(27)

        shown = page(sit(alice))

        assert len(re.findall(r'data-move="', shown)) == 4
        assert ">5 more<" in shown

    def test_a_day_loses_nothing_however_full_it_is(self, sit: Sit, alice: User) -> None:
        numbers = {at(27).number for _ in range(14)}

        shown = page(sit(alice), "view=day&on=2026-11-27")

        assert set(re.findall(r'data-number="(CHG-\d+)"', shown)) == numbers

    def test_today_is_marked(self, sit: Sit, alice: User) -> None:
        assert re.search(r'aria-current="date"><time datetime="2026-11-27"', page(sit(alice)))

    def test_times_are_those_of_the_reader(self, sit: Sit, alice: User) -> None:
        alice.time_zone = "Asia/Tokyo"
        alice.save()
        at(27, 20)

        shown = page(sit(alice), "view=day&on=2026-11-28")

        assert "Times in Asia/Tokyo" in shown
        assert "2026-11-28 05:00–06:00" in shown


class TestCosts:
    def fill(self, count: int) -> None:
        service = ServiceFactory()
        changes = [at(1 + place % 28, place % 24, service=service) for place in range(count)]
        assert len(changes) == count
        for each in range(3):
            window(name=f"W{each}", repeats="FREQ=WEEKLY").services.set([service])

    @pytest.mark.parametrize("view", list(View))
    def test_a_page_costs_the_same_however_much_it_shows(
        self, sit: Sit, alice: User, view: View
    ) -> None:
        browser = sit(alice)
        page(browser)
        counts = []
        for count in (5, 40):
            self.fill(count)
            with CaptureQueriesContext(connection) as captured:
                page(browser, f"view={view}&on=2026-11-27")
            counts.append(len(captured.captured_queries))

        assert counts[0] == counts[1]
        assert counts[1] <= 10


def when(change: Change) -> datetime:
    """When the change is planned for now."""
    start = Change.objects.get(pk=change.pk).planned_start
    assert start is not None
    return start


class TestMoving:
    def move(self, browser: Client, change: Change, **given: Any) -> Any:
        given = {"version": change.version, **given}
        return browser.post(
            f"/changes/{change.number}/move/", given, headers={"Accept": "application/json"}
        )

    def test_a_day_later_it_is_the_same_hour(self, sit: Sit, alice: User) -> None:
        change = at(28, opened_by=alice)

        answer = self.move(sit(alice), change, days=1, minutes=-30)

        change.refresh_from_db()
        assert answer.status_code == 200
        assert change.planned_start == datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
        assert change.planned_end == change.planned_start + timedelta(hours=1)

    def test_it_can_be_taken_back(self, sit: Sit, alice: User) -> None:
        change, browser = at(28), sit(alice)
        told = self.move(browser, change, days=2).json()

        answer = self.move(browser, change, **told["undo"], version=told["version"])

        before = change.planned_start
        change.refresh_from_db()
        assert (answer.status_code, change.planned_start) == (200, before)

    def test_somebody_elses_change_meanwhile_is_not_lost(self, sit: Sit, alice: User) -> None:
        change, browser = at(28), sit(alice)
        self.move(browser, change, days=1)

        answer = self.move(browser, change, days=5)

        change.refresh_from_db()
        assert answer.status_code == 412
        assert "changed since" in answer.json()["why"]
        assert when(change).day == 29

    @pytest.mark.parametrize(
        "given",
        [
            {"days": -2},  # it would be over by now
            {"days": "x"},
            {"days": "99999"},
            {"days": "1", "minutes": "²"},
            {"planned_start": "2026-12-01T10:00Z", "planned_end": "2026-12-01T09:00Z"},
            {"planned_start": "2026-12-01T10:00Z", "planned_end": "2031-12-01T09:00Z"},
            {"planned_start": "soon", "planned_end": "later"},
            {},
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, sit: Sit, alice: User, given: dict[str, Any]
    ) -> None:
        change = at(28)

        answer = self.move(sit(alice), change, **given)

        assert answer.status_code == 422
        assert answer.json()["why"]
        assert Change.objects.get(pk=change.pk).version == change.version

    @pytest.mark.parametrize("state", ["implement", "review", "closed", "canceled"])
    def test_what_has_begun_stays_where_it_is(self, sit: Sit, alice: User, state: str) -> None:
        change = at(28, at_state=state)

        assert self.move(sit(alice), change, days=1).status_code == 422
        assert when(change).day == 28

    def test_only_who_may_plan_it_moves_it(
        self, sit: Sit, charlie: User, audrey: User, alice: User
    ) -> None:
        change = at(28, opened_by=charlie)

        assert self.move(sit(charlie), change, days=1).status_code == 404
        assert self.move(sit(audrey), change, days=1).status_code == 403
        assert "data-move" not in page(sit(audrey))
        assert when(change).day == 28
        assert self.move(sit(alice), change, days=1).status_code == 200

    def test_one_cannot_move_what_one_cannot_see(self, sit: Sit, alice: User) -> None:
        change = at(28, confidential=True)

        assert self.move(sit(alice), change, days=1).status_code == 404
        assert sit(alice).get(f"/changes/{change.number}/fits/?days=1").status_code == 404

    @pytest.mark.parametrize(
        ("state", "kind", "leads_to"),
        [("assess", "normal", "new"), ("authorize", "normal", "new"),
         ("scheduled", "normal", "new"), ("scheduled", "standard", "scheduled"),
         ("new", "normal", "new")],
    )  # fmt: skip
    def test_leave_given_for_another_time_is_void(
        self, sit: Sit, alice: User, state: str, kind: str, leads_to: str
    ) -> None:
        change = at(28, at_state=state, type=kind)
        asked = Approval.objects.create(ticket=change, purpose="authorize", rule_name="Board")
        browser = sit(alice)

        told = browser.get(f"/changes/{change.number}/fits/?days=1").json()
        self.move(browser, change, days=1)

        change.refresh_from_db()
        asked.refresh_from_db()
        is_void = state not in ("new", leads_to)
        assert (change.state, told["asks_again"]) == (leads_to, is_void)
        assert asked.state == ("no_longer_required" if is_void else "requested")

    def test_the_form_does_the_same_without_a_script(self, sit: Sit, alice: User) -> None:
        change, browser = at(28), sit(alice)
        form = browser.get(f"/changes/{change.number}/move/").content.decode()
        assert 'value="2026-11-28T10:00"' in form

        answer = browser.post(
            f"/changes/{change.number}/move/",
            {"planned_start": "2026-11-30T08:00", "planned_end": "2026-11-30T09:00", "version": 1},
        )

        change.refresh_from_db()
        assert (answer.status_code, answer["Location"]) == (302, f"/changes/{change.number}/")
        assert change.planned_start == datetime(2026, 11, 30, 8, tzinfo=UTC)


class TestWhatIsInTheWay:
    def fits(self, browser: Client, change: Change, query: str = "days=1") -> Any:
        return browser.get(f"/changes/{change.number}/fits/?{query}").json()

    def test_a_free_time_has_nothing_in_its_way(self, sit: Sit, alice: User) -> None:
        told = self.fits(sit(alice), at(28))

        assert (told["severity"], told["conflicts"], told["free"]) == ("", [], None)
        assert told["words"].endswith("10:00–11:00")

    def test_a_freeze_blocks_and_the_next_free_slot_is_after_it(
        self, sit: Sit, alice: User
    ) -> None:
        window(day=29, lasts=6)

        told = self.fits(sit(alice), at(28))

        assert told["severity"] == "block"
        assert [(each["sort"], each["other"]) for each in told["conflicts"]] == [("freeze", "Fair")]
        assert told["free"]["planned_start"] == "2026-11-29T14:00:00+00:00"

    def test_another_change_of_the_service_is_named_unless_it_is_secret(
        self, sit: Sit, alice: User, mona: User
    ) -> None:
        service = ServiceFactory()
        change = at(28, service=service)
        secret = at(29, service=service, at_state="scheduled", confidential=True)

        (told,) = self.fits(sit(alice), change)["conflicts"]
        (known,) = self.fits(sit(mona), change)["conflicts"]

        assert (told["severity"], told["other"]) == ("warn", "A confidential change")
        assert known["other"] == secret.number

    def test_asking_changes_nothing(self, sit: Sit, alice: User) -> None:
        change = at(28)

        self.fits(sit(alice), change)

        assert Change.objects.get(pk=change.pk).version == change.version
