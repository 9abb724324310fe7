"""What the gate would have said with other values, of what it knew then. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from changes.gate import Decision, Inputs, Policy, Verdict, decide, inputs_from


@dataclass(frozen=True)
class Difference:
    """A verdict that would have been another, and the rules that make it so."""

    before: Verdict
    after: Verdict
    reasons: Sequence[Sequence[str]]

    @property
    def is_stricter(self) -> bool:
        """Whether less would have gone out."""
        return self.after > self.before


def replay(plain: Mapping[str, Any], policy: Policy) -> Decision:
    """The decision of these values about what was known then."""
    return decide(_of_tier(inputs_from(plain), policy), policy)


def difference(
    verdict: str, rules: Sequence[Mapping[str, Any]], plain: Mapping[str, Any], policy: Policy
) -> Difference | None:
    """How the decision that was kept differs from that of these values; None when it does not."""
    again, before = replay(plain, policy), Verdict[verdict.upper()]
    if again.verdict is before:
        return None
    said = {each["id"]: each["verdict"] for each in rules}
    changed = [each for each in again.rulings if each.verdict.word != said.get(each.rule)]
    return Difference(before, again.verdict, [each.said.sentences for each in changed])


def _of_tier(known: Inputs, policy: Policy) -> Inputs:
    """The inputs with what the policy says of budgets that are not known."""
    budget = known.budget
    has_objectives = budget.is_partly_unknown or (budget.left, budget.burn) != (None, None)
    is_closed = known.tier in policy.closed_tiers and has_objectives
    return replace(known, budget=replace(budget, fails_open=not is_closed))
