"""Asking for leave, giving it, and who may not."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from changes import actions as changes
from changes.models import Change
from itsm.approvals import actions, selectors
from itsm.approvals.chores import expire_unanswered
from itsm.approvals.models import Approval, Rule, Substitute, Vote
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.actions import join_team
from itsm.people.models import Team, User
from itsm.tickets.actions import edit
from tests.factories import ChangeFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(alice: User, platform: Team) -> Change:
    """A normal change that alice planned and carries out, waiting for a peer."""
    change = ChangeFactory(opened_by=alice, assignee=alice, team=platform)
    changes.submit(change, actor=alice)
    change.refresh_from_db()
    return change


def pending(change: Change) -> Approval:
    return Approval.objects.get(ticket=change.pk, state="requested")


def state_of(change: Change) -> str:
    return Change.objects.get(pk=change.pk).state


def rule(purpose: str = "authorize", **given: Any) -> Rule:
    return Rule.objects.create(kind="change", purpose=purpose, name="A rule", **given)


def test_a_peer_and_then_the_process_managers_let_it_go(
    submitted: Change, bob: User, mona: User
) -> None:
    assert state_of(submitted) == "assess"

    actions.vote(approval=pending(submitted), actor=bob, word="approved")
    assert state_of(submitted) == "authorize"

    actions.vote(approval=pending(submitted), actor=mona, word="approved")
    assert state_of(submitted) == "scheduled"


def test_a_no_with_its_reason_sends_it_back(submitted: Change, bob: User) -> None:
    with pytest.raises(Invalid):
        actions.vote(approval=pending(submitted), actor=bob, word="rejected")

    actions.vote(approval=pending(submitted), actor=bob, word="rejected", comment="Too thin.")

    assert state_of(submitted) == "new"
    assert Vote.objects.get().comment == "Too thin."


def test_who_planned_it_does_not_approve_it(submitted: Change, alice: User) -> None:
    with pytest.raises(NotAllowed):
        actions.vote(approval=pending(submitted), actor=alice, word="approved")

    assert not selectors.waiting_for(alice).exists()


def test_who_edited_it_last_does_not_approve_it(submitted: Change, bob: User, alice: User) -> None:
    edit(ticket=submitted, actor=bob, changes={"test_plan": "Buy two things."})
    changes.submit(Change.objects.get(pk=submitted.pk), actor=alice)

    with pytest.raises(NotAllowed):
        actions.vote(approval=pending(submitted), actor=bob, word="approved")


def test_strangers_have_no_vote(submitted: Change, erin: User, charlie: User) -> None:
    for stranger in (erin, charlie):
        with pytest.raises(NotAllowed):
            actions.vote(approval=pending(submitted), actor=stranger, word="approved")


def test_whoever_is_in_the_team_when_the_vote_is_cast_may_cast_it(
    submitted: Change, erin: User, platform: Team
) -> None:
    join_team(user=erin, team=platform, actor=None)

    actions.vote(approval=pending(submitted), actor=erin, word="approved")

    assert state_of(submitted) == "authorize"


def test_a_material_edit_voids_what_was_asked(submitted: Change, alice: User, bob: User) -> None:
    asked = pending(submitted)

    edit(ticket=submitted, actor=alice, changes={"backout_plan": "Restore the backup."})

    asked.refresh_from_db()
    assert (asked.state, state_of(submitted)) == ("no_longer_required", "new")
    with pytest.raises(Refused):
        actions.vote(approval=asked, actor=bob, word="approved")


def test_a_vote_on_what_one_did_not_see_is_refused(submitted: Change, bob: User) -> None:
    with pytest.raises(Refused, match="has changed"):
        actions.vote(approval=pending(submitted), actor=bob, word="approved", seen="other")


def test_holding_suspends_what_was_asked_and_releasing_asks_again(
    submitted: Change, alice: User
) -> None:
    before = pending(submitted)

    held = changes.hold(submitted, actor=alice, reason="The vendor is away.")
    before.refresh_from_db()
    assert before.state == "no_longer_required"

    changes.release(held, actor=alice)
    assert pending(submitted).pk != before.pk


def test_cancelling_asks_nobody_any_more(submitted: Change, alice: User) -> None:
    changes.cancel(submitted, actor=alice, reason="No longer wanted.")

    assert not Approval.objects.filter(state="requested").exists()


def test_the_first_rule_that_fits_decides(submitted: Change, bob: User, erin: User) -> None:
    rule(order=1, conditions=[{"field": "risk_band", "op": "is", "value": "very_high"}],
         outcome="reject")  # fmt: skip
    rule(order=2, stages=[{"name": "Board", "users": ["erin"], "quorum": "all"}])

    actions.vote(approval=pending(submitted), actor=bob, word="approved")

    assert [each.user for each in Vote.objects.filter(state="requested")] == [erin]


def test_a_rule_may_approve_at_once(submitted: Change, bob: User) -> None:
    rule(outcome="approve", conditions=[{"field": "risk_score", "op": "at_most", "value": 100}])

    actions.vote(approval=pending(submitted), actor=bob, word="approved")

    assert state_of(submitted) == "scheduled"


def test_where_no_rule_fits_process_managers_are_asked(submitted: Change, bob: User) -> None:
    rule(conditions=[{"field": "type", "op": "is", "value": "standard"}])

    actions.vote(approval=pending(submitted), actor=bob, word="approved")

    assert Vote.objects.get(state="requested").role == "manager"


def test_who_is_asked_in_several_ways_has_one_seat(
    submitted: Change, alice: User, bob: User, erin: User, platform: Team
) -> None:
    User.objects.filter(pk=alice.pk).update(manager=erin)
    join_team(user=erin, team=platform, actor=None)
    stage = {"users": ["erin"], "team": "platform", "each_member": True, "manager": True}
    rule(stages=[{"name": "All", **stage, "quorum": "all"}])
    actions.vote(approval=pending(submitted), actor=bob, word="approved")
    asked = Vote.objects.filter(state="requested").values_list("user", flat=True)
    assert sorted(asked) == sorted([bob.pk, erin.pk])

    actions.vote(approval=pending(submitted), actor=bob, word="approved")
    actions.vote(approval=pending(submitted), actor=erin, word="approved")

    assert state_of(submitted) == "scheduled"


def test_stages_wait_for_one_another(submitted: Change, bob: User, erin: User, mona: User) -> None:
    rule(stages=[{"name": "Owner", "users": ["erin"]}, {"name": "Board", "users": ["mona"]}])
    actions.vote(approval=pending(submitted), actor=bob, word="approved")
    with pytest.raises(NotAllowed):
        actions.vote(approval=pending(submitted), actor=mona, word="approved")

    actions.vote(approval=pending(submitted), actor=erin, word="approved")
    actions.vote(approval=pending(submitted), actor=mona, word="approved")

    assert state_of(submitted) == "scheduled"


def test_a_substitute_votes_in_his_days_and_both_are_on_record(
    submitted: Change, bob: User, erin: User, frank: User
) -> None:
    rule(stages=[{"name": "Owner", "users": ["erin"]}])
    actions.vote(approval=pending(submitted), actor=bob, word="approved")
    today = timezone.localdate()
    deputy = UserFactory(username="gina", role="agent")
    stand_in = Substitute.objects.create(
        principal=erin, substitute=deputy, starts_on=today, ends_on=today
    )

    tomorrow = time_machine.travel(timezone.now() + timedelta(days=1), tick=False)
    with tomorrow, pytest.raises(NotAllowed):
        actions.vote(approval=pending(submitted), actor=deputy, word="approved")
    actions.vote(approval=pending(submitted), actor=deputy, word="approved")

    cast = Vote.objects.get(user=erin)
    assert (cast.cast_by, stand_in.principal) == (deputy, erin)


def test_a_substitute_has_one_voice_beside_his_own(
    submitted: Change, bob: User, erin: User, mona: User
) -> None:
    rule(stages=[{"name": "Two", "users": ["erin", "mona"], "quorum": "all"}])
    actions.vote(approval=pending(submitted), actor=bob, word="approved")
    today = timezone.localdate()
    Substitute.objects.create(principal=erin, substitute=mona, starts_on=today, ends_on=today)

    actions.vote(approval=pending(submitted), actor=mona, word="approved")

    assert not selectors.waiting_for(mona).exists()
    with pytest.raises(NotAllowed):
        actions.vote(approval=pending(submitted), actor=mona, word="approved")
    assert Vote.objects.get(cast_by=mona).user == mona
    actions.vote(approval=pending(submitted), actor=erin, word="approved")
    assert state_of(submitted) == "scheduled"


def test_a_confidential_change_is_judged_by_those_who_may_see_it(
    alice: User, bob: User, mona: User
) -> None:
    change = ChangeFactory(opened_by=alice, assignee=alice, team=None, confidential=True)
    changes.submit(change, actor=alice)

    assert list(selectors.waiting_for(mona)) == [pending(change)]
    assert Vote.objects.get().role == "manager"
    Vote.objects.update(role="agent")
    assert not selectors.visible_approvals(bob).exists()
    with pytest.raises(NotAllowed):
        actions.vote(approval=pending(change), actor=bob, word="approved")


def test_silence_is_not_consent(submitted: Change) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        expire_unanswered()

    assert state_of(submitted) == "new"
    assert Approval.objects.get().state == "expired"


def test_bob_gives_his_word_on_a_page(submitted: Change, bob: User) -> None:
    browser = Client()
    browser.force_login(bob)
    page = browser.get("/approvals/").content.decode()
    assert submitted.number in page

    answer = browser.post(
        f"/approvals/{pending(submitted).pk}/vote/",
        {"word": "approved", "seen": pending(submitted).snapshot_hash, "back": "/approvals/"},
    )

    assert (answer.status_code, answer["Location"]) == (302, "/approvals/")
    assert state_of(submitted) == "authorize"


def test_a_vote_leads_back_to_our_own_pages_only(submitted: Change, bob: User) -> None:
    browser = Client()
    browser.force_login(bob)

    answer = browser.post(
        f"/approvals/{pending(submitted).pk}/vote/",
        {"word": "approved", "back": "//evil.example/"},
    )

    assert answer["Location"] == "/approvals/"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "other",
    [
        lambda change, actor: changes.cancel(change, actor=actor, reason="No."),
        lambda change, actor: edit(
            ticket=change, actor=actor, changes={"backout_plan": "Another."}
        ),
    ],
    ids=["cancel", "edit"],
)
def test_approving_while_something_else_happens_is_never_half_done(
    other: Callable[[Change, User], object], submitted: Change, alice: User, bob: User
) -> None:
    """P10."""
    asked, start = pending(submitted), Barrier(2)

    def at_once(work: Callable[[], object]) -> Thread:
        def run() -> None:
            start.wait()
            try:
                work()
            except (Refused, NotAllowed):
                pass
            finally:
                connection.close()

        return Thread(target=run)

    threads = [
        at_once(lambda: actions.vote(approval=asked, actor=bob, word="approved")),
        at_once(lambda: other(Change.objects.get(pk=submitted.pk), alice)),
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    open_ones = Approval.objects.filter(ticket=submitted.pk, state="requested")
    assert open_ones.count() == (1 if state_of(submitted) == "authorize" else 0)
    assert state_of(submitted) in ("authorize", "new", "canceled")
