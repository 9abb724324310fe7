"""Terraform, by what ``terraform show -json`` and ``terraform plan|apply -json`` print.

Of a plan only addresses, types and actions are read: values, of variables above all, may be secret.
What there is already, of a state or of a plan's prior state, is proposed for the inventory.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from changes.pipelines import (
    FAILED,
    PASSED,
    ChangeSeen,
    ComponentsGone,
    DeploymentSeen,
    EvidenceSeen,
    Signal,
    pipelines,
    plans,
)
from itsm.integrations.terraform_state import components_in
from itsm.monitoring.payload import Part
from itsm.monitoring.sources import Malformed

MOST_SHOWN = 50  # addresses kept of a plan
# What holds data, by the type or the name of a resource.
STATEFUL = re.compile(
    r"database|(^|_)db(_|$)|rds|sql|postgres|mongo|redis|elasticache|dynamo|cassandra|bucket|s3_"
    r"|disk|volume|_ebs|_efs|filesystem|storage|snapshot|backup|queue|kafka|topic|persistent"
    r"|secret_version|kms|vault",
    re.IGNORECASE,
)
ACTIONS = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}


@dataclass(frozen=True)
class Step:
    """What is to be done to one resource."""

    address: str
    type: str
    name: str
    action: str

    def destroys_data(self) -> bool:
        """Whether something that holds data is destroyed, to be made anew or not."""
        is_stateful = STATEFUL.search(self.type) or STATEFUL.search(self.name)
        return self.action in ("delete", "replace") and bool(is_stateful)


@dataclass(frozen=True)
class Diff:
    """A plan: what it does to which resource. A replacement counts as an addition and an end."""

    steps: Sequence[Step]

    def count(self, *actions: str) -> int:
        """How many steps are of these actions."""
        return sum(each.action in actions for each in self.steps)

    @property
    def words(self) -> str:
        """The plan as Terraform sums it up."""
        add, change, destroy = (self.facts()[each] for each in ("add", "change", "destroy"))
        return f"{add} to add, {change} to change, {destroy} to destroy"

    @property
    def hash(self) -> str:
        """The same for the same steps, whichever command printed them."""
        lines = sorted(f"{each.action} {each.address}" for each in self.steps)
        return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:32]

    @property
    def risk(self) -> str:
        """High where data are destroyed, moderate where anything else is."""
        if any(each.destroys_data() for each in self.steps):
            return "high"
        return "moderate" if self.count("delete", "replace") else "low"

    def facts(self) -> dict[str, Any]:
        """What is kept of it."""
        destroyed = [each for each in self.steps if each.action in ("delete", "replace")]
        return {
            "add": self.count("create", "replace"),
            "change": self.count("update"),
            "destroy": self.count("delete", "replace"),
            "risk": self.risk,
            "plan_hash": self.hash,
            "destroys_data": [each.address for each in destroyed if each.destroys_data()][
                :MOST_SHOWN
            ],
            "steps": [f"{each.action} {each.address}" for each in self.steps][:MOST_SHOWN],
        }


@pipelines.add("terraform")
class Terraform:
    """Terraform on a command line; ``X-Steady-Run`` may name the run it plans and applies in."""

    token_header: ClassVar[str] = ""
    status: ClassVar[int] = 202
    keeps_refused: ClassVar[bool] = False

    def parse(self, payload: Any, *, headers: Mapping[str, str]) -> list[Signal]:
        run = headers.get("X-Steady-Run", "")[:150]
        if isinstance(payload, list):
            return _of_stream([Part(each, path=f"$[{n}]") for n, each in enumerate(payload)], run)
        body = Part(payload)
        if body["resource_changes"].value is None:
            if body["format_version"].value is None:
                raise Malformed("This is neither a plan nor a state.", path="$.format_version")
            return list(components_in(body["values"]))
        diff = Diff(list(_steps_of_plan(body)))
        at = body["timestamp"].instant()
        if not diff.steps:
            return []
        ends = [each.address for each in diff.steps if each.action == "delete"]
        there = components_in(body.inside("prior_state", "values"), without=ends)
        return [*signals_of(diff, run=run, at=at), *there]


@plans.add("terraform")
def read_plan(payload: Any) -> list[Signal]:
    """What a plan that was fetched says."""
    return Terraform().parse(payload, headers={})


def signals_of(diff: Diff, *, run: str = "", at: datetime | None = None) -> list[Signal]:
    """The change a plan asks for, and the plan as its evidence."""
    keys = _keys(diff, run)
    name = f"Terraform: {diff.words}"
    return [
        ChangeSeen(
            keys=keys,
            title=name,
            description="\n".join(diff.facts()["steps"]),
            category="infra",
            needs_people=diff.risk != "low",
            is_irreversible=diff.risk == "high",
        ),
        EvidenceSeen(
            keys=keys,
            id=f"plan:{diff.hash}:{at.isoformat() if at else run}",
            kind="plan",
            name=diff.words,
            outcome=PASSED,
            facts=diff.facts(),
            happened_at=at,
        ),
    ]


def _keys(diff: Diff, run: str) -> tuple[str, ...]:
    return (*([f"run:{run}"] if run else []), f"plan:{diff.hash}")


def _steps_of_plan(body: Part) -> Iterator[Step]:
    for each in body["resource_changes"].each():
        told = each.require("change").require("actions")
        action = ACTIONS.get(tuple(one.text() for one in told.each()))
        # What is only read, or stays as it is, is no step; nor is data.
        if action is not None and each["mode"].text() != "data":
            yield Step(
                each.require("address").text(), each["type"].text(), each["name"].text(), action
            )


def _of_stream(lines: list[Part], run: str) -> list[Signal]:
    diff = Diff(list(_steps_of_stream(lines)) or _steps_begun(lines))
    # Of an apply there are two: of its plan, and of what was done in the end.
    summary = next((each for each in reversed(lines) if _is_summary(each)), None)
    failure = next((each for each in lines if _is_failure(each)), None)
    has_applied = any(each["type"].text() in ("apply_start", "apply_complete") for each in lines)
    if not diff.steps or (summary is None and failure is None and not has_applied):
        return []
    first, last = (lines[place]["@timestamp"].instant() for place in (0, -1))
    planned = signals_of(diff, run=run, at=first)
    operation = summary.inside("changes", "operation").text() if summary is not None else ""
    is_apply = has_applied or operation in ("apply", "destroy")
    if not is_apply:
        return planned if failure is None else []
    deployment = DeploymentSeen(
        keys=_keys(diff, run),
        id=f"apply:{run or diff.hash}:{first.isoformat() if first else ''}",
        title=f"Terraform: {diff.words}",
        outcome="failed" if failure is not None else "succeeded",
        started_at=first,
        finished_at=last,
    )
    gone = [each.address for each in diff.steps if each.action == "delete" and failure is None]
    ends = [ComponentsGone(addresses=gone)] if gone else []
    return [*planned, *_errors(failure, deployment), deployment, *ends]


def _steps_of_stream(lines: list[Part]) -> Iterator[Step]:
    for each in lines:
        if each["type"].text() != "planned_change":
            continue
        change = each.require("change")
        resource, action = change.require("resource"), change.require("action").text()
        if action in ACTIONS.values():
            yield Step(
                resource.require("addr").text(),
                resource["resource_type"].text(),
                resource["resource_name"].text(),
                action,
            )


def _steps_begun(lines: list[Part]) -> list[Step]:
    """The steps of a plan that was saved and is applied: then only their beginnings are printed."""
    begun: dict[str, tuple[Part, list[str]]] = {}
    for each in lines:
        if each["type"].text() == "apply_start":
            resource = each.require("hook").require("resource")
            _resource, actions = begun.setdefault(resource.require("addr").text(), (resource, []))
            actions.append(each["hook"]["action"].text())
    return [
        Step(address, resource["resource_type"].text(), resource["resource_name"].text(), action)
        for address, (resource, actions) in begun.items()
        if (action := ACTIONS.get(tuple(actions)))
    ]


def _is_summary(line: Part) -> bool:
    return line["type"].text() == "change_summary"


def _is_failure(line: Part) -> bool:
    return line["type"].text() == "diagnostic" and line["@level"].text() == "error"


def _errors(failure: Part | None, deployment: DeploymentSeen) -> list[Signal]:
    """What went wrong, by its headline: the details may quote values."""
    if failure is None:
        return []
    return [
        EvidenceSeen(
            keys=deployment.keys,
            id=f"error:{deployment.id}",
            kind="build",
            name="apply",
            outcome=FAILED,
            facts={"summary": failure.inside("diagnostic", "summary").text()[:250]},
            happened_at=deployment.finished_at,
        )
    ]
