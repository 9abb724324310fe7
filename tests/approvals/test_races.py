"""Two at once: never a lost or a double decision."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from changes import actions as changes
from changes.models import Change
from changes.windows import Span
from itsm.approvals import actions
from itsm.approvals.models import Approval, Rule, Stage, Substitute, Vote
from itsm.approvals.pressing import escalate
from itsm.core.errors import Refused
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.actions import edit
from tests.factories import ChangeFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

Work = Callable[[], object]


def at_once(*works: Work) -> list[BaseException | None]:
    """Do all of it at the same moment; how each ended."""
    start = Barrier(len(works))
    ended: list[BaseException | None] = [None] * len(works)

    def run(place: int, work: Work) -> None:
        try:
            start.wait()
            work()
        except BaseException as error:
            ended[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=each) for each in enumerate(works)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=30)
    faults = [each for each in ended if each is not None and not isinstance(each, Refused)]
    assert faults == []  # no deadlock, no broken constraint
    return ended


def submitted(alice: User, **stage: Any) -> tuple[Change, Approval]:
    Rule.objects.create(
        kind="change", purpose="assess", name="Board", stages=[{"name": "Board", **stage}]
    )
    change = ChangeFactory(opened_by=alice, assignee=alice)
    changes.submit(change, actor=alice)
    return Change.objects.get(pk=change.pk), Approval.objects.get()


def say(approval: Approval, user: User, word: str = "approved") -> Work:
    return lambda: actions.vote(approval=approval, actor=user, word=word, comment="Because.")


def decisions() -> int:
    names = [f"approval.{word}" for word in ("granted", "denied", "voided", "expired")]
    return Event.objects.filter(name__in=names, data__purpose="assess").count()


def state_of(change: Change) -> str:
    return Change.objects.get(pk=change.pk).state


@pytest.mark.parametrize("turn", range(3))
class TestAtOnce:
    def test_two_who_are_both_needed_are_both_counted(
        self, alice: User, bob: User, erin: User, turn: int
    ) -> None:
        change, asked = submitted(alice, users=["bob", "erin"], quorum="all")

        ended = at_once(say(asked, bob), say(asked, erin))

        assert ended == [None, None]
        assert (state_of(change), decisions()) == ("authorize", 1)
        assert Vote.objects.filter(stage__approval=asked, state="approved").count() == 2

    def test_of_two_where_one_is_enough_the_first_decides_once(
        self, alice: User, bob: User, erin: User, turn: int
    ) -> None:
        change, asked = submitted(alice, users=["bob", "erin"], quorum="first")

        ended = at_once(say(asked, bob), say(asked, erin, "rejected"))

        assert [each is None for each in ended].count(True) == 1
        assert decisions() == 1
        is_granted = ended[0] is None
        assert state_of(change) == ("authorize" if is_granted else "new")
        assert Vote.objects.filter(stage__approval=asked).exclude(cast_by=None).count() == 1

    def test_the_same_person_twice_has_one_voice(
        self, alice: User, bob: User, erin: User, turn: int
    ) -> None:
        _change, asked = submitted(alice, users=["bob", "erin"], quorum="all")

        ended = at_once(say(asked, bob), say(asked, bob))

        assert [each is None for each in ended].count(True) == 1
        assert Vote.objects.filter(cast_by=bob).count() == 1

    def test_approving_and_cancelling(self, alice: User, bob: User, turn: int) -> None:
        change, asked = submitted(alice, users=["bob"])

        at_once(
            say(asked, bob), lambda: changes.cancel(change, actor=alice, reason="No longer wanted.")
        )

        asked.refresh_from_db()
        assert state_of(change) == "canceled"
        assert asked.state in ("approved", "no_longer_required")
        assert not Approval.objects.filter(state="requested").exists()
        assert decisions() == 1

    def test_approving_and_moving_it(self, alice: User, bob: User, turn: int) -> None:
        change, asked = submitted(alice, users=["bob"])
        later = timezone.now() + timedelta(days=3)
        to = Span(later, later + timedelta(hours=1))

        at_once(say(asked, bob), lambda: changes.move(change=change, actor=alice, to=to))

        # Whichever came first: nobody's leave for the former time counts for the new one.
        assert state_of(change) == "new"
        assert Change.objects.get(pk=change.pk).planned_start == later
        assert not Approval.objects.filter(state="requested").exists()

    def test_approving_and_editing(self, alice: User, bob: User, turn: int) -> None:
        change, asked = submitted(alice, users=["bob"])

        at_once(
            say(asked, bob),
            lambda: edit(ticket=change, actor=alice, changes={"backout_plan": "Another."}),
        )

        assert state_of(change) == "new"
        assert decisions() == 1

    def test_a_substitute_and_the_end_of_the_substitution(
        self, alice: User, bob: User, erin: User, turn: int
    ) -> None:
        gina, today = UserFactory(username="gina", role="agent"), timezone.localdate()
        change, asked = submitted(alice, users=["bob"])
        stand_in = Substitute.objects.create(
            principal=bob, substitute=gina, starts_on=today, ends_on=today
        )

        ended = at_once(say(asked, gina), stand_in.delete)

        has_voted = ended[0] is None
        assert state_of(change) == ("authorize" if has_voted else "assess")
        assert Vote.objects.filter(cast_by=gina).exists() is has_voted
        assert not Substitute.objects.exists()

    def test_a_substitute_and_the_person_he_stands_in_for(
        self, alice: User, bob: User, turn: int
    ) -> None:
        gina, today = UserFactory(username="gina", role="agent"), timezone.localdate()
        change, asked = submitted(alice, users=["bob"])
        Substitute.objects.create(principal=bob, substitute=gina, starts_on=today, ends_on=today)

        ended = at_once(say(asked, gina), say(asked, bob))

        assert [each is None for each in ended].count(True) == 1
        assert (state_of(change), decisions()) == ("authorize", 1)

    def test_answering_while_it_is_passed_on_by_two_clocks(
        self, alice: User, bob: User, turn: int
    ) -> None:
        change, asked = submitted(alice, users=["bob"])
        Stage.objects.update(escalate_at=timezone.now())
        stage = Stage.objects.select_related("approval").get(approval=asked)

        at_once(say(asked, bob), lambda: escalate(stage=stage), lambda: escalate(stage=stage))

        assert (state_of(change), decisions()) == ("authorize", 1)
        assert Event.objects.filter(name="change.approval_escalated").count() <= 1
