"""Other values of the policy, tried on what was decided: what would have been another."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings

from changes import actions
from changes.gate import USUAL, Inputs, Policy, decide, inputs_from, plain_of
from changes.gatekeeping import replayed
from changes.models import Change, GateDecision
from changes.replaying import difference, replay
from itsm.people.models import User
from itsm.sla.models import Objective
from tests.changes.test_gate import ANY
from tests.changes.test_permits import agreed_to
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@given(ANY)
@settings(max_examples=100)
def test_inputs_that_were_kept_are_the_same_inputs(known: dict[str, Any]) -> None:
    inputs = Inputs(**known)

    again = inputs_from(plain_of(inputs))

    assert decide(again).inputs_hash == decide(inputs).inputs_hash
    assert decide(again).verdict is decide(inputs).verdict


def test_with_the_values_in_force_nothing_would_have_been_another(alice: User, mona: User) -> None:
    _with_budget(alice, left=0.2, burn=0.1)
    actions.ask_gate(change=agreed_to(risk_band="high"), actor=alice)

    found = replayed(mona, USUAL)

    assert (found.looked_at, found.differences, found.next_before) == (2, [], None)


@pytest.mark.parametrize(
    ("policy", "after"),
    [
        (Policy(budget_warning=0.1), "allow"),
        (Policy(budget_warning=0.1, burn_warning=0.05), None),
        (Policy(budget_warning=0.3), None),
    ],
)
def test_what_would_have_been_another_is_told(
    policy: Policy, after: str | None, alice: User, mona: User
) -> None:
    _with_budget(alice, left=0.2, burn=0.1)

    found = replayed(mona, policy).differences

    assert [each.difference.after.word for each in found] == ([after] if after else [])


def test_the_tiers_that_must_be_known_count_anew(alice: User, mona: User) -> None:
    change = agreed_to()
    assert change.service is not None
    Objective.objects.create(service=change.service, name="Answers")
    assert actions.ask_gate(change=change, actor=alice).decision.verdict == "allow"

    found = replayed(mona, replace(USUAL, closed_tiers=frozenset({1, 2})))

    assert [each.difference.is_stricter for each in found.differences] == [True]
    assert found.differences[0].difference.reasons == [["The error budget is unknown."]]


def test_a_service_without_objectives_is_not_unknown(alice: User) -> None:
    kept = actions.ask_gate(change=agreed_to(), actor=alice).decision
    closed = replace(USUAL, closed_tiers=frozenset({1, 2, 3, 4}))

    assert difference(kept.verdict, kept.rules, kept.inputs, closed) is None
    assert replay(kept.inputs, closed).verdict.word == "allow"


def test_what_is_older_than_ninety_days_is_left_out(alice: User, mona: User) -> None:
    _with_budget(alice, left=0.2, burn=0.1)
    GateDecision.objects.update(made_at=timezone.now() - timedelta(days=91))

    assert replayed(mona, Policy(budget_warning=0.1)).looked_at == 0


def test_pages_go_on_where_the_last_one_ended(
    alice: User, mona: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("changes.gatekeeping.MOST_SHOWN", 2)
    numbers = [_with_budget(alice, left=0.2, burn=0.1).number for _turn in range(3)]

    first = replayed(mona, Policy(budget_warning=0.1))
    second = replayed(mona, Policy(budget_warning=0.1), before=first.next_before)

    told = [each.decision.change.number for each in (*first.differences, *second.differences)]
    assert told == numbers[::-1]
    assert second.next_before is None


def test_the_page_shows_both_verdicts_and_why(alice: User, mona: User, client: Client) -> None:
    change = _with_budget(alice, left=0.2, burn=0.1)
    client.force_login(mona)

    page = client.get("/changes/gate/replay/", _values(budget_warning="0.1")).content.decode()

    assert change.number in page
    assert "1 of 1 decision would have been another." in page
    assert "is-verdict-needs_approval" in page
    assert "Laxer" in page


def test_it_is_open_with_the_values_in_force(alice: User, mona: User, client: Client) -> None:
    _with_budget(alice, left=0.2, burn=0.1)
    client.force_login(mona)

    page = client.get("/changes/gate/replay/").content.decode()

    assert 'value="0.25"' in page
    assert "decision would have been the same." in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("budget_warning", "much"),
        ("burn_warning", ""),
        ("guarded_from", "never"),
        ("closed_tiers", "9"),
        ("closed_tiers", "1;2"),
    ],
)
def test_values_that_cannot_be_are_named(name: str, value: str, mona: User, client: Client) -> None:
    client.force_login(mona)

    answer = client.get("/changes/gate/replay/", _values(**{name: value}))

    assert answer.status_code == 422
    assert f'id="wrong-{name}"' in answer.content.decode()


def test_a_change_one_may_not_see_is_not_told_of(alice: User, client: Client) -> None:
    change = _with_budget(alice, left=0.2, burn=0.1)
    Change.objects.filter(pk=change.pk).update(confidential=True)
    client.force_login(UserFactory(role="manager"))

    page = client.get("/changes/gate/replay/", _values(budget_warning="0.1")).content.decode()

    seen = change.number in page
    may = client.get(f"/changes/{change.number}/").status_code == 200
    assert seen == may


@pytest.mark.usefixtures("alice")
def test_a_page_costs_the_same_however_much_it_shows(
    alice: User, mona: User, client: Client, django_assert_max_num_queries: Any
) -> None:
    for _turn in range(12):
        _with_budget(alice, left=0.2, burn=0.1)
    client.force_login(mona)

    with django_assert_max_num_queries(12):
        client.get("/changes/gate/replay/", _values(budget_warning="0.1"))


def _with_budget(actor: User, *, left: float, burn: float) -> Change:
    """A change that was asked about when its service had so much error budget left."""
    change = agreed_to()
    assert change.service is not None
    Objective.objects.create(
        service=change.service, name="Answers", left=left, burn=burn, measured_at=timezone.now()
    )
    actions.ask_gate(change=change, actor=actor)
    return change


def _values(**edited: str) -> dict[str, str]:
    usual = {
        "budget_warning": "0.25",
        "burn_warning": "1.0",
        "guarded_from": "high",
        "closed_tiers": "1",
    }
    return usual | edited
