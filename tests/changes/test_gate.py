"""The gate's decision: total, deterministic, explained, and never laxer for worse inputs."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changes.gate import RULES, USUAL, Budget, Inputs, OpenIncident, Verdict, decide

FINE = Inputs(budget=Budget(left=0.9, burn=0.2))
LATER = datetime(2026, 12, 1, 22, tzinfo=UTC)


def incident(priority: int, *, is_major: bool = False, is_fixed: bool = False) -> OpenIncident:
    return OpenIncident("INC-1", priority, is_major=is_major, is_fixed_by_this=is_fixed)


# From the best to the worst; None before what is known to be bad where the policy is open.
WORSE: dict[str, tuple[Any, ...]] = {
    "is_stopped": (False, True),
    "is_service_locked": (False, True),
    "state": ("scheduled", "assess"),
    "permit": ("valid", "used"),
    "missing_evidence": ((), ("tests",)),
    "failed_evidence": ((), ("scan",)),
    "is_evidence_waived": (True, False),
    "freezes": ((), ("Year end",)),
    "is_exempt": (True, False),
    "is_emergency": (True, False),
    "is_reliability_work": (True, False),
    "outside_window_until": (None, LATER),
    "running_conflicts": ((), ("CHG-9",)),
    "incidents": (
        (), (incident(3),), (incident(2, is_fixed=True),), (incident(2),), (incident(1),),
    ),
    "budget": (
        Budget(1, 0), Budget(1, 0.9, fails_open=False), Budget(1, 1.5), Budget(0.2, 3),
        Budget(0, 0), Budget(-1, 9),
    ),
    "is_approved": (True, False),
    "granted": (frozenset({"ecab", "incident", "service_owner"}), frozenset({"ecab"}), frozenset()),
    "risk": ("low", "moderate", "high", "very_high"),
}  # fmt: skip
ANY = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in WORSE.items()})


@pytest.mark.parametrize(
    ("bad", "verdict", "rule"),
    [
        ({"is_stopped": True}, "deny", "switch"),
        ({"is_service_locked": True}, "deny", "switch"),
        ({"state": "review"}, "deny", "standing"),
        ({"permit": "expired"}, "deny", "standing"),
        ({"missing_evidence": ("tests",)}, "deny", "evidence"),
        ({"failed_evidence": ("scan",)}, "deny", "evidence"),
        ({"freezes": ("Year end",)}, "deny", "freeze"),
        ({"freezes": ("Year end",), "is_emergency": True}, "needs_approval", "freeze"),
        ({"freezes": ("Year end",), "is_exempt": True}, "needs_approval", "freeze"),
        ({"outside_window_until": LATER}, "hold", "window"),
        ({"running_conflicts": ("CHG-2",)}, "hold", "conflict"),
        ({"incidents": (incident(1),)}, "deny", "burning_incident"),
        ({"incidents": (incident(3, is_major=True),)}, "deny", "burning_incident"),
        ({"incidents": (incident(1, is_fixed=True),)}, "allow_guarded", "burning_incident"),
        ({"incidents": (incident(2),)}, "needs_approval", "high_incident"),
        ({"budget": Budget(0, 0.1)}, "deny", "error_budget"),
        ({"budget": Budget(0, 0.1), "is_emergency": True}, "needs_approval", "error_budget"),
        ({"budget": Budget(-0.1), "is_reliability_work": True}, "needs_approval", "error_budget"),
        ({"budget": Budget(0.24, 0.1)}, "needs_approval", "error_budget"),
        ({"budget": Budget(0.9, 1.1)}, "needs_approval", "error_budget"),
        ({"budget": Budget(None, None, fails_open=False)}, "needs_approval", "error_budget"),
        ({"is_approved": False}, "needs_approval", "approvals"),
        ({"risk": "high"}, "allow_guarded", "risk"),
    ],
)
def test_one_thing_that_is_not_right_decides_and_says_so(bad, verdict, rule):
    decision = decide(replace(FINE, **bad))

    assert decision.verdict.word == verdict
    assert [each.rule for each in decision.rulings if each.verdict > Verdict.ALLOW] == [rule]


@pytest.mark.parametrize(
    "harmless",
    [
        {},
        {"missing_evidence": ("tests",), "is_evidence_waived": True},
        {"freezes": ("Year end",), "is_emergency": True, "granted": frozenset({"ecab"})},
        {"incidents": (incident(2),), "granted": frozenset({"incident"})},
        {"incidents": (incident(2, is_fixed=True), incident(4))},
        {"budget": Budget(0.1, 3), "granted": frozenset({"service_owner"})},
        {"budget": Budget(None, 0.5)},
        {"risk": "moderate"},
    ],
)
def test_what_is_right_or_was_granted_lets_the_change_go(harmless):
    assert decide(replace(FINE, **harmless)).verdict is Verdict.ALLOW


def test_the_strongest_verdict_wins_and_all_are_told():
    inputs = replace(FINE, is_approved=False, running_conflicts=("CHG-2",), risk="high")

    decision = decide(inputs)

    assert decision.verdict is Verdict.HOLD
    assert [each.rule for each in decision.rulings] == [name for name, _judge in RULES]
    assert decision.leaves == ["approvers"]


def test_a_leave_does_not_open_a_gate_that_asks_for_none():
    everything = frozenset({"ecab", "incident", "service_owner", "approvers"})

    assert decide(replace(FINE, freezes=("X",), granted=everything)).verdict is Verdict.DENY
    assert decide(replace(FINE, is_approved=False, granted=everything)).verdict > Verdict.ALLOW


def test_every_corner_of_the_product_has_one_explained_verdict():
    corners = [(values[0], values[-1]) for values in WORSE.values()]

    for values in product(*corners[:11]):
        decision = decide(replace(FINE, **dict(zip(WORSE, values, strict=False))))
        assert decision.verdict is max(each.verdict for each in decision.rulings)
        assert all(each.said.why for each in decision.rulings)


class Watched:
    """Inputs that remember which of them were looked at."""

    def __init__(self, inputs: Inputs, seen: set[str]) -> None:
        self._inputs, self._seen = inputs, seen

    def __getattr__(self, name: str) -> Any:
        self._seen.add(name)
        return getattr(self._inputs, name)


def asked_by(judge: Any) -> list[str]:
    """All that a rule ever looks at, whatever it finds."""
    seen: set[str] = set()
    before = None
    while before != seen:
        before = set(seen)
        for known in over(sorted(before)):
            judge(Watched(known, seen), USUAL)
    return sorted(seen)


def over(names: list[str]) -> Iterator[Inputs]:
    """The whole product of these inputs."""
    for values in product(*(WORSE[each] for each in names)):
        yield replace(FINE, **dict(zip(names, values, strict=True)))


# A critical incident is no high one: these two are strict together.
TOGETHER = ("burning_incident", "high_incident")
GROUPS = [TOGETHER, *((name,) for name, _judge in RULES if name not in TOGETHER)]


@pytest.mark.parametrize("names", GROUPS, ids="-".join)
def test_rules_are_total_explained_and_monotone_over_the_product_of_all_they_ask(names):
    """With the strongest verdict winning, what holds of each holds of the whole product."""
    judges = [judge for name, judge in RULES if name in names]
    asked = sorted({each for judge in judges for each in asked_by(judge)})

    def verdict(known: Inputs) -> Verdict:
        said = [judge(known, USUAL) for judge in judges]
        assert all(each.why for each in said)
        assert said == [judge(known, USUAL) for judge in judges]
        return max(each.verdict for each in said)

    for known in over(asked):
        strict = verdict(known)
        for name in asked:
            values = WORSE[name]
            for worse in values[values.index(getattr(known, name)) + 1 :]:
                assert verdict(replace(known, **{name: worse})) >= strict


def test_no_input_is_forgotten_by_the_rules_or_by_these_tests():
    asked = {name for _rule, judge in RULES for name in asked_by(judge)}

    assert asked == set(WORSE)
    assert set(WORSE) | {"tier"} == {each.name for each in fields(Inputs)}


@settings(max_examples=100)
@given(ANY, st.sampled_from(sorted(WORSE)), st.data())
def test_worse_inputs_never_get_a_laxer_verdict(known, name, data):
    values = WORSE[name]
    place = data.draw(st.integers(values.index(known[name]), len(values) - 1))
    inputs = Inputs(**known)

    worse = replace(inputs, **{name: values[place]})

    assert decide(worse).verdict >= decide(inputs).verdict


@given(ANY)
def test_the_same_inputs_get_the_same_decision(known):
    inputs, again = Inputs(**known), Inputs(**dict(reversed(known.items())))

    assert decide(inputs) == decide(again)
    assert decide(inputs).inputs_hash == decide(again).inputs_hash
