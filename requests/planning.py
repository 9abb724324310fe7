"""What will be done for a request, written down before anybody agrees to it. Pure.

The plan holds every step with its inputs, where each leads, and what it costs. Its hash is what an
approval is bound to: whatever else is found at the start of the work goes back to be agreed to.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _l

from requests.questions import holds
from requests.stepping import StepPlan, filled, is_later

Plan = dict[str, Any]
SORTS = {"human": _l("by hand"), "wait": _l("waits")}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of a request decides what is done."""

    item: str
    version: int
    answers: Mapping[str, Any]
    facts: Mapping[str, Any]
    steps: Sequence[StepPlan]
    lease: Mapping[str, Any]
    # Where steps lead now: the address of each target, the version of each runbook.
    leads_to: Mapping[str, str]


def plan_of(wanted: Wanted) -> Plan:
    """The plan, the same for the same request in the same world."""
    return {
        "item": wanted.item,
        "version": wanted.version,
        "answers": dict(wanted.answers),
        "facts": dict(wanted.facts),
        "lease": dict(wanted.lease),
        "steps": [_step(each, wanted) for each in wanted.steps],
    }


def hash_of(plan: Plan) -> str:
    """The same for the same plan, whatever its order."""
    text = json.dumps(plan, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def lines_of(plan: Plan, teams: Mapping[str, str]) -> list[str]:
    """The steps of a plan, each in a line that says who or what does it, with what.

    ``teams`` are their names by their short names.
    """
    lines = []
    for place, each in enumerate(plan["steps"], 1):
        sort = str(SORTS.get(each["type"], each["type"]))
        team = each.get("team") or ""
        who = ", ".join(filter(None, (sort, teams.get(team, team))))
        by = " ".join(filter(None, (who, each.get("leads_to", ""))))
        inputs = {**each["inputs"], **each.get("later", {})}
        given = ", ".join(f"{_spoken(name)}: {value}" for name, value in inputs.items())
        lines.append(f"{place}. {each['title']} ({by})" + (f": {given}" if given else ""))
    return lines


def teams_in(plan: Plan) -> set[str]:
    """The short names of the teams that do a step of it."""
    return {each["team"] for each in plan["steps"] if each.get("team")}


def _spoken(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")


def _step(step: StepPlan, wanted: Wanted) -> StepPlan:
    found = {**step, **_inputs(step, wanted)}
    if not holds(step.get("when"), wanted.answers):
        found["is_skipped"] = True
    for part in (found, found.get("undo")):
        name = part and (part.get("target") or part.get("runbook"))
        if part and name:
            part["leads_to"] = wanted.leads_to.get(f"{part['type']}:{name}", "")
    if step.get("undo"):
        found["undo"] = {**found["undo"], **_inputs(step["undo"], wanted)}
    if step["type"] == "wait" and step.get("until"):
        found["on"] = wanted.answers.get(step["until"])
    return found


def _inputs(part: StepPlan, wanted: Wanted) -> StepPlan:
    """What is known now, and apart from it what only an earlier step will say.

    Apart, because an answer may look like a source and must never be read as one.
    """
    later = {name: source for name, source in part["inputs"].items() if is_later(source)}
    now = {name: source for name, source in part["inputs"].items() if name not in later}
    return {
        "inputs": filled(now, answers=wanted.answers, facts=wanted.facts),
        "later": later,
    }
