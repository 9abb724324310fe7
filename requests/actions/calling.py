"""Calling another system for a step, outside of any transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from itsm.core import http
from requests import selectors
from requests.models import ServiceRequest, Step

LONGEST = 300
BUSY = (408, 425, 429)


@dataclass(frozen=True)
class Call:
    """What is to be called, for which attempt at which step."""

    request_id: int
    step_id: int
    attempt: int
    method: str
    path: str
    target: str
    key: str
    leads_to: str
    inputs: Mapping[str, Any]
    outputs: tuple[str, ...]

    @classmethod
    def of(cls, held: ServiceRequest, step: Step, inputs: Mapping[str, Any]) -> "Call":
        """The call of a step that has just been begun."""
        plan = step.plan
        return cls(
            request_id=held.pk,
            step_id=step.pk,
            attempt=step.attempts,
            method=plan["method"],
            path=plan["path"],
            target=plan["target"],
            key=step.key,
            leads_to=plan.get("leads_to", ""),
            inputs=inputs,
            outputs=tuple(plan.get("outputs", ())),
        )


@dataclass(frozen=True)
class Answer:
    """What came of a call."""

    is_good: bool
    evidence: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    is_final: bool = False


def answer_to(call: Call) -> Answer:
    """Make the call; whatever comes of it is an answer, never an error."""
    target = selectors.target_named(call.target)
    if target is None or target.address != call.leads_to:
        return Answer(False, error="The system is not where it was when this was agreed to.",
                      is_final=True)  # fmt: skip
    headers = {"Idempotency-Key": call.key, "Accept": "application/json"}
    if target.secret:
        headers["Authorization"] = f"Bearer {target.secret}"
    address = target.address.rstrip("/") + call.path
    try:
        response = http.call(call.method, address, json=dict(call.inputs), headers=headers)
    except http.Unreachable as error:
        return Answer(False, error=str(error))
    status = response.status_code
    if 200 <= status < 300:
        return Answer(True, {"status": status, "outputs": _outputs(response, call.outputs)})
    is_final = 400 <= status < 500 and status not in BUSY
    return Answer(False, error=f"{target.name} answered {status}.", is_final=is_final)


def _outputs(response: Any, wanted: tuple[str, ...]) -> dict[str, Any]:
    if not wanted:
        return {}
    try:
        body = response.json()
    except ValueError:
        return {}
    if not isinstance(body, dict):
        return {}
    return {
        name: body[name] if not isinstance(body[name], str) else body[name][:LONGEST]
        for name in wanted
        if isinstance(body.get(name), str | int | float | bool)
    }
