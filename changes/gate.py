"""May this change go out now? One total, deterministic and monotone decision. Pure.

Every rule is evaluated and reported; the strongest verdict wins. A rule that asks for a person's
leave passes once that leave is among those granted.
"""

import enum
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext, gettext_noop

RULES_VERSION = "1"
BANDS = ("low", "moderate", "high", "very_high")
# Sentences stay as they are written here: they are kept, and worded for whoever reads them.
_ = gettext_noop


class Verdict(enum.IntEnum):
    """What the gate says, from the laxest to the strictest."""

    ALLOW = 0
    ALLOW_GUARDED = 1
    NEEDS_APPROVAL = 2
    HOLD = 3
    DENY = 4

    @property
    def word(self) -> str:
        """The verdict as it is written in answers."""
        return self.name.lower()


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The values an organisation sets; the rules themselves are the same for everybody."""

    budget_warning: float = 0.25  # of the error budget
    burn_warning: float = 1.0  # times the rate that would just use the budget up
    guarded_from: str = "high"  # the risk that asks for a careful start
    # Where an error budget that is not known does not let a change go, and where nobody's answer
    # in time lets it.
    closed_tiers: frozenset[int] = frozenset({1})
    open_tiers: frozenset[int] = frozenset()

    @property
    def version(self) -> str:
        """The same for the same rules and values."""
        return _version_of(self)


@lru_cache(maxsize=100)
def _version_of(policy: Policy) -> str:
    plain = asdict(policy)
    for name in ("closed_tiers", "open_tiers"):
        plain[name] = sorted(plain[name])
    return f"{RULES_VERSION}-{_digest(plain)[:10]}"


USUAL = Policy()


@dataclass(frozen=True)
class OpenIncident:
    """An open incident on the service or on what it needs."""

    number: str
    priority: int
    is_major: bool = False
    is_fixed_by_this: bool = False


@dataclass(frozen=True)
class Budget:
    """How much of the error budget is left (1 is all of it) and how fast it burns.

    None is unknown, and then ``fails_open``, the policy of the service's tier, counts.
    """

    left: float | None = None
    burn: float | None = None
    fails_open: bool = True
    # Of several objectives one is not known; the others count all the same.
    is_partly_unknown: bool = False


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything the decision depends on; the defaults are those of a change that may go."""

    is_stopped: bool = False
    is_service_locked: bool = False
    state: str = "scheduled"
    permit: str = "valid"
    missing_evidence: tuple[str, ...] = ()
    failed_evidence: tuple[str, ...] = ()
    is_evidence_waived: bool = False
    freezes: tuple[str, ...] = ()
    is_emergency: bool = False
    is_exempt: bool = False
    is_reliability_work: bool = False
    outside_window_until: datetime | None = None
    running_conflicts: tuple[str, ...] = ()
    incidents: tuple[OpenIncident, ...] = ()
    budget: Budget = field(default_factory=Budget)
    is_approved: bool = True
    granted: frozenset[str] = frozenset()
    risk: str = "low"
    tier: int | None = None


KNOWN = frozenset(each.name for each in fields(Inputs))


class Said(NamedTuple):
    """What a rule says, why, and whose leave would change its mind."""

    verdict: Verdict
    why: str
    facts: Mapping[str, Any] = {}
    leave: str = ""
    is_granted: bool = False

    @property
    def sentences(self) -> list[str]:
        """Why, as it is kept: in the words of the rules."""
        return [self.why, GRANTED] if self.is_granted else [self.why]


GRANTED = _("Leave was given.")


def worded(sentences: Sequence[str]) -> str:
    """Why, in the language of whoever reads it."""
    return " ".join(gettext(each) for each in sentences)


@dataclass(frozen=True)
class Ruling:
    """What the rule of this name says."""

    rule: str
    said: Said

    @property
    def verdict(self) -> Verdict:
        return self.said.verdict


@dataclass(frozen=True)
class Decision:
    """The strongest verdict and what every rule said."""

    verdict: Verdict
    rulings: Sequence[Ruling]
    inputs: Inputs
    policy_version: str

    @cached_property
    def plain(self) -> dict[str, Any]:
        """What it was decided from, as it is kept."""
        return plain_of(self.inputs)

    @property
    def inputs_hash(self) -> str:
        """What it was decided from, in short; the same whatever the order it was gathered in."""
        return _digest(self.plain)

    @property
    def retry_at(self) -> datetime | None:
        """When it is worth asking again, where that is known."""
        return self.inputs.outside_window_until

    @property
    def leaves(self) -> list[str]:
        """Whose leave is missing."""
        return sorted({each.said.leave for each in self.rulings if each.said.leave})


def decide(inputs: Inputs, policy: Policy = USUAL) -> Decision:
    """Ask every rule and let the strongest verdict win."""
    rulings = [Ruling(rule, judge(inputs, policy)) for rule, judge in RULES]
    verdict = max(each.verdict for each in rulings)
    return Decision(verdict, rulings, inputs, policy.version)


def plain_of(inputs: Inputs) -> dict[str, Any]:
    """The inputs as they are kept."""
    # Not asdict: it copies deeply what nobody alters, and takes ten times as long.
    plain = dict(vars(inputs))
    plain["incidents"] = [dict(vars(each)) for each in inputs.incidents]
    plain["budget"] = dict(vars(inputs.budget))
    plain["granted"] = sorted(inputs.granted)
    until = inputs.outside_window_until
    plain["outside_window_until"] = until.isoformat() if until else None
    return plain


def inputs_from(plain: Mapping[str, Any]) -> Inputs:
    """The inputs that were kept so."""
    given = {name: _listed(value) for name, value in plain.items() if name in KNOWN}
    until = given.get("outside_window_until")
    given["outside_window_until"] = datetime.fromisoformat(until) if until else None
    given["granted"] = frozenset(given.get("granted", ()))
    given["incidents"] = tuple(OpenIncident(**each) for each in given.get("incidents", ()))
    given["budget"] = Budget(**given.get("budget", {}))
    return Inputs(**given)


def _listed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _digest(plain: Any) -> str:
    text = json.dumps(plain, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _switch(known: Inputs, _policy: Policy) -> Said:
    if known.is_stopped:
        return Said(Verdict.DENY, _("Everything is stopped by the kill switch."))
    if known.is_service_locked:
        return Said(Verdict.DENY, _("The service is locked."))
    return Said(Verdict.ALLOW, _("Nothing is stopped."))


def _standing(known: Inputs, _policy: Policy) -> Said:
    if known.state != "scheduled":
        facts = {"state": known.state}
        return Said(Verdict.DENY, _("The change is not scheduled."), facts)
    if known.permit != "valid":
        return Said(Verdict.DENY, _("The permit does not hold."), {"permit": known.permit})
    return Said(Verdict.ALLOW, _("The change is scheduled."))


def _evidence(known: Inputs, _policy: Policy) -> Said:
    lacking = {"missing": known.missing_evidence, "failed": known.failed_evidence}
    if not any(lacking.values()):
        return Said(Verdict.ALLOW, _("All evidence that is asked for is there."))
    if known.is_evidence_waived:
        return Said(Verdict.ALLOW, _("What is missing was waived."), lacking)
    return Said(Verdict.DENY, _("Evidence is missing or speaks against it."), lacking)


def _freeze(known: Inputs, _policy: Policy) -> Said:
    facts = {"freezes": known.freezes}
    if not known.freezes:
        return Said(Verdict.ALLOW, _("No freeze covers this moment."))
    if not (known.is_emergency or known.is_exempt):
        return Said(Verdict.DENY, _("A freeze covers this moment."), facts)
    return _asking("ecab", known, _("A freeze covers this moment."), facts)


def _window(known: Inputs, _policy: Policy) -> Said:
    if known.outside_window_until is None:
        return Said(Verdict.ALLOW, _("It lies within the maintenance window."))
    facts = {"until": known.outside_window_until.isoformat()}
    return Said(Verdict.HOLD, _("The maintenance window is not open."), facts)


def _conflicts(known: Inputs, _policy: Policy) -> Said:
    if not known.running_conflicts:
        return Said(Verdict.ALLOW, _("No other change is in the way."))
    facts = {"changes": known.running_conflicts}
    return Said(Verdict.HOLD, _("Another change is running on the same things."), facts)


def _burning(known: Inputs, _policy: Policy) -> Said:
    burning = [each for each in known.incidents if each.priority == 1 or each.is_major]
    facts = {"incidents": [each.number for each in burning]}
    if not burning:
        return Said(Verdict.ALLOW, _("No critical or major incident is open here."))
    if all(each.is_fixed_by_this for each in burning):
        return Said(Verdict.ALLOW_GUARDED, _("It is the fix of what burns here."), facts)
    return Said(Verdict.DENY, _("A critical or major incident is open here."), facts)


def _smouldering(known: Inputs, _policy: Policy) -> Said:
    found = [each for each in known.incidents if each.priority == 2 and not each.is_major]
    unfixed = [each.number for each in found if not each.is_fixed_by_this]
    if not unfixed:
        return Said(Verdict.ALLOW, _("No high incident is open here."))
    return _asking("incident", known, _("A high incident is open here."), {"incidents": unfixed})


def _budget(known: Inputs, policy: Policy) -> Said:
    budget = known.budget
    facts = {"left": budget.left, "burn": budget.burn}
    if budget.left is not None and budget.left <= 0:
        if known.is_emergency or known.is_reliability_work:
            return _asking("service_owner", known, _("The error budget is used up."), facts)
        return Said(Verdict.DENY, _("The error budget is used up."), facts)
    if worry := _worry_about(budget, policy):
        return _asking("service_owner", known, worry, facts)
    return Said(Verdict.ALLOW, _("The error budget lets it go."), facts)


def _worry_about(budget: Budget, policy: Policy) -> str:
    if budget.left is not None and budget.left < policy.budget_warning:
        return _("Little error budget is left.")
    if budget.burn is not None and budget.burn > policy.burn_warning:
        return _("The error budget burns fast.")
    is_unknown = budget.is_partly_unknown or None in (budget.left, budget.burn)
    if is_unknown and not budget.fails_open:
        return _("The error budget is unknown.")
    return ""


def _approvals(known: Inputs, _policy: Policy) -> Said:
    if known.is_approved:
        return Said(Verdict.ALLOW, _("Everybody asked has agreed."))
    return Said(Verdict.NEEDS_APPROVAL, _("Not everybody asked has agreed."), {}, "approvers")


def _risk(known: Inputs, policy: Policy) -> Said:
    facts = {"risk": known.risk}
    if BANDS.index(known.risk) >= BANDS.index(policy.guarded_from):
        return Said(Verdict.ALLOW_GUARDED, _("The risk asks for a careful start."), facts)
    return Said(Verdict.ALLOW, _("The risk is low enough."), facts)


def _asking(leave: str, known: Inputs, why: str, facts: Mapping[str, Any]) -> Said:
    if leave in known.granted:
        return Said(Verdict.ALLOW, why, facts, is_granted=True)
    return Said(Verdict.NEEDS_APPROVAL, why, facts, leave)


Judge = Callable[[Inputs, Policy], Said]
RULES: tuple[tuple[str, Judge], ...] = (
    ("switch", _switch),
    ("standing", _standing),
    ("evidence", _evidence),
    ("freeze", _freeze),
    ("window", _window),
    ("conflict", _conflicts),
    ("burning_incident", _burning),
    ("high_incident", _smouldering),
    ("error_budget", _budget),
    ("approvals", _approvals),
    ("risk", _risk),
)
