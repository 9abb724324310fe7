"""The steps of an item as rows of a form, whole both ways."""

from collections.abc import Mapping, Sequence
from typing import Any

from requests.editing import name_for
from requests.rows import Row, condition_of, condition_row_of, list_in, number_or_text
from requests.stepping import NUMBERS, OF_TYPE, PATIENCE, StepPlan

OF_PART = (
    "type", "title", "team", "notes", "target", "method", "path", "outputs", "runbook", "role",
    "users", "hours", "until", "inputs", *NUMBERS,
)  # fmt: skip
BY_PEOPLE_ONLY = ("role", "users", "hours", "until")
OF_UNDO = tuple(f"undo_{name}" for name in OF_PART if name not in BY_PEOPLE_ONLY)
STEP = ("name", "after", "when_question", "when_is", "if_failed", *OF_PART, *OF_UNDO)
SAID_IN = ("title", "name")
AT_ONCE = "-"
LISTS = ("outputs", "users")


def step_of(row: Row) -> StepPlan:
    """What a row says is done, still to be checked."""
    step = _part(row, "")
    step["name"] = row["name"].strip() or name_for(row["title"])
    after = row["after"].strip()
    if after:
        step["after"] = [] if after == AT_ONCE else list_in(after)
    if condition := condition_of(row):
        step["when"] = condition
    if row["if_failed"]:
        step["if_failed"] = row["if_failed"]
    if row["undo_type"]:
        step["undo"] = _part(row, "undo_")
    return step


def step_row_of(step: StepPlan, before: str | None) -> Row:
    """A step as the form shows it; ``before`` is the step that comes before it."""
    row = dict.fromkeys(STEP, "") | {
        "name": step["name"],
        "after": _after(step, before),
        "if_failed": step.get("if_failed", ""),
    }
    row |= condition_row_of(step.get("when"))
    return row | _row(step, "") | (_row(step["undo"], "undo_") if step.get("undo") else {})


def step_rows_of(steps: Sequence[StepPlan]) -> list[Row]:
    """The steps as the form shows them."""
    names = [None, *(each["name"] for each in steps)]
    return [step_row_of(each, before) for each, before in zip(steps, names, strict=False)]


def _after(step: StepPlan, before: str | None) -> str:
    usual = [before] if before else []
    if step["after"] == usual:
        return ""
    return ", ".join(step["after"]) or AT_ONCE


def _part(row: Row, prefix: str) -> StepPlan:
    """What a step and what undoes it have in common; what another type would need is left out."""
    sort = row[f"{prefix}type"] or "human"
    part: StepPlan = {"type": sort}
    for name in ("title", *NUMBERS, *sorted(OF_TYPE.get(sort, ()))):
        text = row.get(f"{prefix}{name}", "").strip()
        if not text:
            continue
        if name in LISTS:
            part[name] = list_in(text)
        else:
            part[name] = number_or_text(text) if name in (*NUMBERS, "hours") else text
    if inputs := row[f"{prefix}inputs"].strip():
        part["inputs"] = _inputs(inputs)
    return part


def _inputs(text: str) -> dict[str, str]:
    """Lines such as ``size = answer.size``."""
    lines = [each.partition("=") for each in text.splitlines() if each.strip()]
    return {name.strip(): source.strip() for name, _sign, source in lines}


def _row(part: Mapping[str, Any], prefix: str) -> Row:
    told = {name: _told(part.get(name)) for name in OF_PART if name != "inputs"}
    if part.get("timeout_hours") == PATIENCE[part["type"]]:
        told["timeout_hours"] = ""
    inputs = part.get("inputs") or {}
    told["inputs"] = "\n".join(f"{name} = {source}" for name, source in inputs.items())
    known = set(STEP)
    return {f"{prefix}{name}": each for name, each in told.items() if f"{prefix}{name}" in known}


def _told(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
