"""What a change's page shows beside its properties."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _l

from changes import gatekeeping, selectors, suspects
from changes.gate import worded
from changes.models import Attribution, Change, EvidenceKind, GateDecision
from changes.risk import BEYOND, FACTORS
from changes.wording import BAND_WORDS, reason_in_words, records_in_words
from changes.workflow import BEFORE_WORK
from itsm.people.models import User
from itsm.tickets.desks import address_of
from itsm.tickets.models import Ticket
from itsm.tickets.panels import panel
from itsm.tickets.permissions import may_see_notes, may_work
from itsm.tickets.task_selectors import tasks_of

MOST_DEPLOYMENTS = 10
WHY = {name: why for name, why, _judge in FACTORS} | BEYOND

VERDICT_WORDS = {
    "allow": _l("May go"),
    "allow_guarded": _l("May go with care"),
    "needs_approval": _l("Needs approval"),
    "hold": _l("Wait"),
    "deny": _l("Denied"),
}
MOST_DECISIONS = 5
MOST_PERMITS = 3


def _change(ticket: Ticket) -> Change:
    assert isinstance(ticket, Change)  # noqa: S101 the registry asks for changes only
    return ticket


@panel(
    "plan", title=_l("Plan"), template="changes/_plan.html", kinds=("change",), order=10,
    is_wide=True,
)  # fmt: skip
def plan(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """When and how, and how it is taken back."""
    change = _change(ticket)
    may_move = may_work(user, change, "changes.work") and change.state in BEFORE_WORK
    return {"change": change, "may_move": may_move}


@panel("risk", title=_l("Risk"), template="changes/_risk.html", kinds=("change",), order=12)
def risk(_user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """How risky it is, and what that is made of."""
    change = _change(ticket)
    parts = [
        {
            "why": WHY.get(each["name"], each["name"]),
            "points": f"{each['points']:+d}".replace("-", "−"),
            "records": records_in_words(each.get("records", {})),
        }
        for each in change.risk_contributions
    ]
    return {
        "score": change.risk_score,
        "band": change.risk_band,
        "word": BAND_WORDS[change.risk_band],
        "parts": parts,
    }


@panel(
    "conflicts", title=_l("In its way"), template="changes/_conflicts.html", kinds=("change",),
    order=14, is_wide=True,
)  # fmt: skip
def conflicts(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """What collides with it at its time, and when there is room."""
    change = _change(ticket)
    if change.state not in ("new", *selectors.ON_CALENDAR):
        return None
    found = selectors.conflicts_for(change)
    if not found:
        return None
    told = selectors.conflicts_told_to(user, found)
    return {"conflicts": told, "free": selectors.next_free_slot(change)}


@panel(
    "tasks", title=_l("Tasks"), template="changes/_tasks.html", kinds=("change",), order=16,
    is_wide=True,
)  # fmt: skip
def tasks(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The steps, and how far each is."""
    may = may_work(user, ticket, "changes.work") and ticket.phase != "closed"
    found = list(tasks_of(ticket))
    return {"tasks": found, "may_work": may} if found or may else None


@panel(
    "evidence", title=_l("Evidence"), template="changes/_evidence.html", kinds=("change",),
    order=13,
)  # fmt: skip
def evidence(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """What pipelines showed, whether that suffices, and what was delivered."""
    if not user.has_perm("tickets.view_all"):
        return None
    standing = selectors.standing_evidence(ticket)
    delivered = list(selectors.deployments_of(ticket)[:MOST_DEPLOYMENTS])
    waiting = selectors.gate_calls_of(ticket)
    missing = selectors.missing_evidence(ticket, standing)
    if not (standing or delivered or waiting or missing):
        return None
    return {
        "evidence": standing,
        "missing": [EvidenceKind(each).label for each in missing],
        "deployments": delivered,
        "calls": waiting,
    }


MOST_CAUSES = 10


@panel(
    "causes", title=_l("Caused by a change?"), template="changes/_causes.html",
    kinds=("incident",), order=25,
    rows="SELECT 1 FROM changes_attribution WHERE incident_id = %(ticket)s", shows_bare=True,
)  # fmt: skip
def causes(user: User, ticket: Ticket, *, is_bare: bool = False) -> Mapping[str, Any] | None:
    """The changes that may have caused an incident, and why."""
    may_judge = may_work(user, ticket, "changes.work")
    listed = () if is_bare else suspects.causes_of(user, ticket)[:MOST_CAUSES]
    found = [_cause(each, each.change) for each in listed]
    if not found and not may_judge:
        return None
    return {
        "causes": found,
        "may_judge": may_judge,
        "may_name": may_judge and not any(each["is_confirmed"] for each in found),
        "back": address_of(ticket),
    }


@panel(
    "consequences", title=_l("Incidents after it"), template="changes/_causes.html",
    kinds=("change",), order=18,
    rows="SELECT 1 FROM changes_attribution WHERE change_id = %(ticket)s",
)  # fmt: skip
def consequences(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The incidents a change may have caused, and why."""
    listed = suspects.consequences_of(user, ticket)[:MOST_CAUSES]
    found = [_cause(each, each.incident) for each in listed]
    if not found:
        return None
    may_judge = may_work(user, ticket, "changes.work")
    return {"causes": found, "may_judge": may_judge, "back": address_of(ticket)}


def _cause(attribution: Attribution, other: Ticket) -> dict[str, Any]:
    is_auto = attribution.provenance == Attribution.Provenance.AUTO
    is_likely = attribution.is_likely
    look, word = ("likely", _l("Likely")) if is_likely else ("possible", _l("Possible"))
    return {
        "pk": attribution.pk,
        "other": other,
        "address": address_of(other),
        "score": attribution.score,
        "is_open": is_likely and is_auto,
        "is_confirmed": attribution.provenance == Attribution.Provenance.CONFIRMED,
        "is_rejected": attribution.provenance == Attribution.Provenance.REJECTED,
        "look": look if is_auto else f"cause-{attribution.provenance}",
        "word": word if is_auto else attribution.get_provenance_display(),
        "reasons": [
            {"why": reason_in_words(each), "points": each["points"]} for each in attribution.reasons
        ],
        "judged_by": attribution.judged_by,
        "judged_at": attribution.judged_at,
        "comment": attribution.comment,
    }


@panel("gate", title=_l("Gate"), template="changes/_gate.html", kinds=("change",), order=18)
def gate(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """What the gate said of it lately, why, and the permits that came of it."""
    if not may_see_notes(user):
        return None
    found = list(gatekeeping.decisions_of(ticket)[:MOST_DECISIONS])
    if not found:
        return None
    permits = list(gatekeeping.permits_of(ticket)[:MOST_PERMITS])
    return {
        "decisions": [_decision(each) for each in found],
        "permits": permits,
        "may_replay": user.has_perm("changes.manage"),
    }


def _decision(decision: GateDecision) -> dict[str, Any]:
    against = [each for each in decision.rules if each["verdict"] != "allow"]
    return {
        "verdict": decision.verdict,
        "word": VERDICT_WORDS[decision.verdict],
        "occasion": decision.get_occasion_display(),
        "asked_by": decision.asked_by,
        "last_asked_at": decision.last_asked_at,
        "times": decision.times,
        "against": [_rule(each) for each in against],
    }


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    named = [each for each in rule["facts"].values() if isinstance(each, list)]
    return {
        "verdict": rule["verdict"],
        "word": VERDICT_WORDS[rule["verdict"]],
        "why": worded(rule["why"]),
        "facts": ", ".join(str(one) for each in named for one in each),
    }
