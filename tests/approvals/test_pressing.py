"""What becomes of approvals nobody answers, and answering by the link of a mail."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from changes import actions as changes
from changes.models import Change
from itsm.approvals import actions, selectors
from itsm.approvals.chores import escalate_unanswered, expire_unanswered, remind_unheard
from itsm.approvals.models import Approval, Rule, Stage, Substitute, Vote
from itsm.core.delivery import deliver_owed
from itsm.core.errors import NotAllowed
from itsm.core.logging import masked
from itsm.core.models import Event
from itsm.notifications.models import Message
from itsm.people.models import FactorRule, Team, User
from itsm.tickets.actions import edit
from tests.factories import ChangeFactory, UserFactory

pytestmark = pytest.mark.django_db

BOARD = {"name": "Board", "users": ["erin"], "hours": 10, "hours_after": 5}


def board(*stages: dict[str, Any], purpose: str = "assess") -> Rule:
    return Rule.objects.create(
        kind="change", purpose=purpose, name="Board", stages=list(stages or [BOARD])
    )


def submit(alice: User) -> Change:
    change = ChangeFactory(opened_by=alice, assignee=alice, team=None)
    changes.submit(change, actor=alice)
    return Change.objects.get(pk=change.pk)


def after(hours: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False)


def press() -> None:
    remind_unheard()
    escalate_unanswered()
    expire_unanswered()
    deliver_owed()


def told(word: str) -> list[str]:
    """Who was told of it by mail or in the inbox, each once."""
    found = Message.objects.filter(event__name=f"change.approval_{word}", because="")
    return sorted(set(found.values_list("recipient__username", flat=True)))


def state_of(change: Change) -> str:
    return Change.objects.get(pk=change.pk).state


class TestTime:
    def test_who_is_asked_is_told_and_reminded_once_at_half_time(
        self, alice: User, erin: User
    ) -> None:
        board()
        submit(alice)
        press()
        assert (told("asked"), told("reminded")) == (["erin"], [])

        with after(5.1):
            press()
            press()

        assert told("reminded") == ["erin"]
        assert Event.objects.filter(name="change.approval_reminded").count() == 1

    def test_then_it_is_passed_on_to_who_leads_the_team(
        self, alice: User, bob: User, dana: User
    ) -> None:
        carol = UserFactory(username="carol", role="agent")
        board({**BOARD, "users": ["bob"]})
        change = ChangeFactory(opened_by=carol, assignee=carol)
        changes.submit(change, actor=carol)
        with pytest.raises(NotAllowed):
            actions.vote(approval=Approval.objects.get(), actor=alice, word="approved")

        with after(10.1):
            press()
            actions.vote(approval=Approval.objects.get(), actor=alice, word="approved")

        assert told("escalated") == ["alice", "bob", "carol"]
        cast = Vote.objects.get(user=bob)
        assert (cast.cast_by, cast.escalated_to, cast.state) == (alice, alice, "approved")
        assert state_of(change) == "authorize"

    def test_whose_leader_planned_it_is_passed_on_to_process_managers(
        self, alice: User, bob: User, mona: User
    ) -> None:
        board({**BOARD, "users": ["bob"]})
        submit(alice)  # who leads bob's team, but does not judge her own plan

        with after(10.1):
            press()

        assert list(selectors.waiting_for(mona)) == [Approval.objects.get()]
        assert not selectors.waiting_for(alice).exists()

    def test_passing_on_makes_no_seat_more(
        self, alice: User, bob: User, erin: User, mona: User
    ) -> None:
        board({**BOARD, "users": ["erin", "bob"], "quorum": "all"})
        change = submit(alice)
        with after(10.1):
            press()
            actions.vote(approval=Approval.objects.get(), actor=erin, word="approved")
            assert state_of(change) == "assess"
            actions.vote(approval=Approval.objects.get(), actor=mona, word="approved")

        assert Vote.objects.filter(stage__approval__purpose="assess").count() == 2
        assert state_of(change) == "authorize"

    def test_a_substitute_is_told_as_well(self, alice: User, erin: User) -> None:
        gina, today = UserFactory(username="gina", role="agent"), timezone.localdate()
        Substitute.objects.create(principal=erin, substitute=gina, starts_on=today, ends_on=today)
        board()

        submit(alice)
        press()

        assert told("asked") == ["erin", "gina"]

    def test_at_its_end_it_is_over_and_the_planner_is_told(self, alice: User, erin: User) -> None:
        board()
        change = submit(alice)

        with after(14.9):
            press()
            assert state_of(change) == "assess"
        with after(15.1):
            press()

        assert state_of(change) == "new"
        assert told("expired") == ["alice"]

    def test_the_time_of_a_stage_begins_with_the_stage(
        self, alice: User, erin: User, mona: User
    ) -> None:
        board(BOARD, {**BOARD, "name": "Second", "users": ["mona"]})
        submit(alice)

        with after(9):
            actions.vote(approval=Approval.objects.get(), actor=erin, word="approved")
        with after(20):
            press()

        asked = Approval.objects.get()
        assert asked.state == "requested"
        assert Stage.objects.get(name="Second").escalated_at is not None
        assert Stage.objects.get(name="Board").escalated_at is None

    def test_what_is_decided_presses_nobody(self, alice: User, erin: User) -> None:
        board()
        change = submit(alice)
        changes.cancel(change, actor=alice, reason="No longer wanted.")

        with after(12):
            press()

        assert (told("reminded"), told("escalated")) == ([], [])

    def test_not_every_agent_is_written_to_about_every_change(
        self, alice: User, bob: User, erin: User
    ) -> None:
        submit(alice)  # any agent may judge it
        press()

        assert selectors.waiting_for(erin).exists()
        assert told("asked") == []


class TestLinks:
    def link(self, to: str = "erin@example.test") -> str:
        """The address in the latest mail to this person."""
        press()
        letter = [each for each in mail.outbox if each.to == [to]][-1]
        return re.search(r"/approvals/answer/[^\s/]+/", str(letter.body))[0]  # type: ignore[index]

    def test_one_looks_and_then_answers_without_signing_in(self, alice: User, erin: User) -> None:
        board()
        change, browser = submit(alice), Client()
        address = self.link()

        page = browser.get(address).content.decode()
        assert change.number in page
        assert (
            state_of(change) == "assess"
        )  # whoever only looks, a scanner of mail too, says nothing
        answer = browser.post(address, {"word": "approved", "comment": "Fine."})

        assert answer.status_code == 200
        assert state_of(change) == "authorize"
        cast = Vote.objects.get(user=erin)
        assert (cast.cast_by, cast.comment) == (erin, "Fine.")
        voted = Event.objects.get(name="change.voted")
        assert (voted.subject_type, voted.data["way"]) == ("change", "link")

    def test_it_works_once(self, alice: User, erin: User, bob: User) -> None:
        board({**BOARD, "users": ["erin", "bob"], "quorum": "all"})
        change, browser = submit(alice), Client()
        address = self.link()
        browser.post(address, {"word": "approved"})

        again = browser.post(address, {"word": "rejected", "comment": "I have thought again."})

        assert (again.status_code, browser.get(address).status_code) == (410, 410)
        assert Vote.objects.get(user=erin).state == "approved"
        assert state_of(change) == "assess"

    @pytest.mark.parametrize(
        "how", ["edited", "canceled", "expired", "inactive", "forged", "voted"]
    )
    def test_it_ends_with_what_it_asked_about(self, alice: User, erin: User, how: str) -> None:
        board()
        change, browser = submit(alice), Client()
        address = self.link()
        assert browser.get(address).status_code == 200

        if how == "edited":
            edit(ticket=change, actor=alice, changes={"backout_plan": "Another one."})
            changes.submit(Change.objects.get(pk=change.pk), actor=alice)
        elif how == "canceled":
            changes.cancel(change, actor=alice, reason="No longer wanted.")
        elif how == "inactive":
            User.objects.filter(pk=erin.pk).update(is_active=False)
        elif how == "voted":
            actions.vote(approval=Approval.objects.get(), actor=erin, word="abstained")
        elif how == "forged":
            address = address[:-2] + ("x/" if address[-2] != "x" else "y/")

        with after(16 if how == "expired" else 0):
            answer = browser.post(address, {"word": "approved"})

        assert answer.status_code == 410
        assert not Vote.objects.filter(state="approved").exists()

    def test_a_no_needs_its_reason_here_too(self, alice: User, erin: User) -> None:
        board()
        change, browser = submit(alice), Client()
        address = self.link()

        refused = browser.post(address, {"word": "rejected"})
        assert (refused.status_code, state_of(change)) == (422, "assess")

        browser.post(address, {"word": "rejected", "comment": "Too thin."})
        assert state_of(change) == "new"

    def test_who_has_a_second_step_takes_it_here_too(
        self, alice: User, erin: User, bob: User
    ) -> None:
        board()
        FactorRule.objects.create(role="agent")
        change, browser = submit(alice), Client()
        address = self.link()

        assert browser.post(address, {"word": "approved"})["Location"].startswith("/sign-in/")
        browser.force_login(bob)
        assert browser.post(address, {"word": "approved"}).status_code == 302
        assert state_of(change) == "assess"
        browser.force_login(erin)
        assert browser.post(address, {"word": "approved"}).status_code == 200
        assert state_of(change) == "authorize"

    def test_whoever_it_was_passed_on_to_has_a_link_of_their_own(
        self, alice: User, bob: User, mona: User
    ) -> None:
        board({**BOARD, "users": ["bob"]})
        change = submit(alice)

        with after(10.1):
            answer = Client().post(self.link("mona@example.test"), {"word": "approved"})

        assert answer.status_code == 200
        assert Vote.objects.get(user=bob).cast_by == mona
        assert state_of(change) == "authorize"

    def test_an_end_user_who_is_asked_is_written_to(self, alice: User, charlie: User) -> None:
        board({**BOARD, "users": ["charlie"]})
        change = submit(alice)

        Client().post(self.link("charlie@example.test"), {"word": "approved"})

        assert state_of(change) == "authorize"

    def test_the_link_is_in_no_log(self, alice: User, erin: User) -> None:
        board()
        submit(alice)
        address = self.link()

        assert address.split("/")[3] not in masked(address)

    def test_no_letter_asks_for_what_is_decided(self, alice: User, erin: User) -> None:
        board()
        submit(alice)
        actions.vote(approval=Approval.objects.get(), actor=erin, word="approved")

        press()

        late = Message.objects.get(
            event__name="change.approval_asked", channel="email", recipient=erin
        )
        assert late.because == "answered"


def test_the_link_names_the_team_member_who_got_it(alice: User, bob: User, platform: Team) -> None:
    board({"name": "Team", "team": "platform", "hours": 10})
    submit(alice)
    press()

    assert told("asked") == ["bob"]  # alice planned it
