"""Boards: meetings that are planned, agendas that fill themselves, and holding them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from changes import actions
from changes.actions import meetings
from changes.boards import agenda_of
from changes.chores import plan_meetings
from changes.models import AgendaItem, Board, Change, Meeting
from itsm.approvals.actions import vote
from itsm.approvals.models import Approval, Rule, Substitute
from itsm.core.delivery import deliver_owed
from itsm.core.models import Event
from itsm.notifications.models import Message
from itsm.people.actions import join_team
from itsm.people.models import Team, User
from itsm.people.selectors import system_user
from tests.factories import ChangeFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _friday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cab(db: None) -> Team:
    """The team of the board."""
    return TeamFactory(slug="cab", name="CAB")


@pytest.fixture
def carol(cab: Team) -> User:
    """The chair."""
    user = UserFactory(username="carol", role="agent")
    join_team(user=user, team=cab, actor=None)
    return user


@pytest.fixture
def board(cab: Team, carol: User, erin: User) -> Board:
    """A board that meets every Tuesday at 14:00 in Berlin; carol and erin sit on it."""
    join_team(user=erin, team=cab, actor=None)
    stage = {"name": "CAB", "team": "cab", "each_member": True, "quorum": "all"}
    Rule.objects.create(kind="change", purpose="authorize", name="CAB", stages=[stage])
    made = Board.objects.create(
        slug="cab", name="CAB", team=cab, chair=carol, first_at=TUESDAY,
        repeats="FREQ=WEEKLY", time_zone="Europe/Berlin",
    )  # fmt: skip
    plan_meetings()
    return made


@pytest.fixture
def weighty(alice: User, board: Board) -> Change:
    """A change of high risk that alice planned, which waits for the board."""
    return to_authorize(alice)


def to_authorize(alice: User, band: str = "high", **given: Any) -> Change:
    change = ChangeFactory(
        opened_by=alice, assignee=alice, at_state="assess", risk_band=band, **given
    )
    moved = actions.endorse(change, actor=system_user())
    return Change.objects.get(pk=moved.pk)


def items() -> list[tuple[datetime, str]]:
    found = AgendaItem.objects.order_by("meeting__starts_at", "pk")
    return list(found.values_list("meeting__starts_at", "state"))


def say(change: Change, *people: User, word: str = "approved") -> None:
    asked = Approval.objects.get(ticket=change.pk, state="requested")
    for each in people:
        vote(approval=asked, actor=each, word=word, comment="Because.")


Sit = Callable[[User], Client]


def sit(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


class TestMeetings:
    def test_those_of_the_coming_weeks_are_planned_once(self, board: Board) -> None:
        plan_meetings()

        starts = list(Meeting.objects.values_list("starts_at", flat=True))
        assert starts == [TUESDAY + timedelta(weeks=each) for each in range(5)]

    def test_a_board_at_rest_plans_none(self, board: Board) -> None:
        Meeting.objects.all().delete()
        Board.objects.update(is_active=False)

        plan_meetings()

        assert not Meeting.objects.exists()

    def test_a_rule_nobody_understands_is_refused(self, dana: User, board: Board) -> None:
        given = {
            "slug": "two", "name": "Two", "team": board.team_id, "chair": board.chair_id,
            "first_at_0": "2026-12-01", "first_at_1": "13:00", "minutes": "60",
            "repeats": "FREQ=SECONDLY", "time_zone": "UTC", "bands": '["grave"]',
        }  # fmt: skip

        page = sit(dana).post("/admin/changes/board/add/", given)

        assert page.status_code == 200
        assert {"repeats", "bands"} <= set(page.context["adminform"].form.errors)


class TestAgenda:
    def test_what_is_weighty_comes_before_the_next_meeting_and_its_planner_is_invited(
        self, weighty: Change, alice: User
    ) -> None:
        deliver_owed()

        assert items() == [(TUESDAY, "pending")]
        told = Message.objects.filter(event__name="change.tabled", because="")
        assert set(told.values_list("recipient__username", flat=True)) == {"alice"}

    def test_what_is_not_is_judged_without_a_meeting(self, alice: User, board: Board) -> None:
        change = to_authorize(alice, band="low")

        assert items() == []
        assert Approval.objects.filter(ticket=change.pk, state="requested").exists()

    def test_votes_that_come_before_the_meeting_decide(
        self, weighty: Change, carol: User, erin: User
    ) -> None:
        say(weighty, carol)
        assert items() == [(TUESDAY, "pending")]

        say(weighty, erin)

        assert items() == [(TUESDAY, "approved")]
        assert Change.objects.get(pk=weighty.pk).state == "scheduled"

    def test_a_no_is_on_the_agenda_too(self, weighty: Change, carol: User) -> None:
        say(weighty, carol, word="rejected")

        assert items() == [(TUESDAY, "rejected")]

    def test_what_is_planned_anew_is_off_the_agenda(self, weighty: Change, alice: User) -> None:
        actions.revise(weighty, actor=alice)

        assert items() == []

    def test_who_may_not_see_a_change_does_not_see_it_there(
        self, alice: User, bob: User, mona: User, board: Board
    ) -> None:
        secret = to_authorize(alice, confidential=True)
        meeting = Meeting.objects.get(starts_at=TUESDAY)

        assert agenda_of(bob, meeting) == []
        address = f"/changes/meetings/{meeting.pk}/"
        assert secret.number not in sit(bob).get(address).content.decode()
        assert secret.number in sit(mona).get(address).content.decode()


class TestHolding:
    def do(self, user: User, what: str, **given: Any) -> int:
        meeting = Meeting.objects.get(starts_at=TUESDAY)
        address = f"/changes/meetings/{meeting.pk}/"
        return sit(user).post(address, {"do": what, **given}).status_code

    def test_the_chair_opens_it_notes_what_is_said_and_ends_it(
        self, weighty: Change, carol: User, erin: User, bob: User
    ) -> None:
        item = AgendaItem.objects.get()

        assert self.do(carol, "open") == 302
        assert self.do(carol, "discuss", item=item.pk, notes="Roll it out at night.") == 302
        say(weighty, carol, erin)
        assert self.do(carol, "close", notes="Short and sweet.") == 302

        item.refresh_from_db()
        meeting = Meeting.objects.get(starts_at=TUESDAY)
        assert (item.state, item.notes) == ("approved", "Roll it out at night.")
        assert (meeting.state, meeting.notes) == ("closed", "Short and sweet.")
        page = sit(bob).get(f"/changes/meetings/{meeting.pk}/").content.decode()
        assert "Short and sweet." in page
        assert "Roll it out at night." in page
        names = ["meeting.opened", "change.discussed", "meeting.closed"]
        assert Event.objects.filter(name__in=names, actor=carol).count() == 3

    def test_what_was_not_decided_comes_before_the_next_meeting(
        self, weighty: Change, carol: User
    ) -> None:
        self.do(carol, "open")

        self.do(carol, "close")

        assert items() == [(TUESDAY, "deferred"), (TUESDAY + timedelta(weeks=1), "pending")]

    def test_it_can_be_put_off_at_once(self, weighty: Change, carol: User) -> None:
        self.do(carol, "open")
        item = AgendaItem.objects.get()

        self.do(carol, "defer", item=item.pk)
        self.do(carol, "defer", item=item.pk)

        assert items() == [(TUESDAY, "deferred"), (TUESDAY + timedelta(weeks=1), "pending")]

    def test_only_in_session_is_it_held(self, weighty: Change, carol: User) -> None:
        item = AgendaItem.objects.get()

        for what in ("discuss", "defer", "close"):
            self.do(carol, what, item=item.pk, notes="Early.")

        assert items() == [(TUESDAY, "pending")]
        assert Meeting.objects.get(starts_at=TUESDAY).state == "planned"

    @pytest.mark.parametrize("what", ["open", "notes", "nothing"])
    def test_only_the_chair_leads_it(
        self, board: Board, erin: User, audrey: User, charlie: User, what: str
    ) -> None:
        assert self.do(erin, what, notes="Mine.") == 403
        assert self.do(audrey, what, notes="Mine.") == 403
        assert self.do(charlie, what, notes="Mine.") == 404
        assert Meeting.objects.get(starts_at=TUESDAY).notes == ""

    def test_whoever_stands_in_for_the_chair_leads_it_too(
        self, board: Board, carol: User, erin: User
    ) -> None:
        today = NOW.date()
        Substitute.objects.create(principal=carol, substitute=erin, starts_on=today, ends_on=today)

        assert self.do(erin, "open") == 302
        assert Meeting.objects.get(starts_at=TUESDAY).state == "in_session"

    def test_what_makes_no_sense_is_refused(self, weighty: Change, carol: User) -> None:
        assert self.do(carol, "nothing") == 422
        self.do(carol, "open")

        assert self.do(carol, "discuss", item="x", notes="?") == 404
        assert self.do(carol, "discuss", item=AgendaItem.objects.get().pk, notes=" ") == 302
        assert items() == [(TUESDAY, "pending")]

    def test_a_page_of_a_meeting_costs_the_same_however_long_its_agenda(
        self, alice: User, bob: User, board: Board, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(12):
            to_authorize(alice)
        meeting, browser = Meeting.objects.get(starts_at=TUESDAY), sit(bob)

        with django_assert_max_num_queries(20):
            page = browser.get(f"/changes/meetings/{meeting.pk}/").content.decode()

        assert page.count("<article") == 12
        assert meetings.plan_meetings(board=board) == 0
