"""Whether a row of a decision table fits what is to be approved. Pure.

A condition is ``{"field": "risk_band", "op": "in", "value": ["high"]}``; all conditions
of a row must hold. A field the snapshot lacks fits nothing but "is not".
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Condition = Mapping[str, Any]
MOST = 20


def fits(conditions: Sequence[Condition], snapshot: Mapping[str, Any]) -> bool:
    """Whether every condition holds for the snapshot; none at all hold for everything."""
    return all(_holds(each, snapshot) for each in conditions)


def why_not_valid(conditions: Any, *, fields: Sequence[str]) -> str:
    """What is wrong with conditions somebody wrote, in a sentence; empty when nothing is."""
    if not isinstance(conditions, list) or len(conditions) > MOST:
        return f"Give a list of at most {MOST} conditions."
    for each in conditions:
        if not isinstance(each, dict) or set(each) != {"field", "op", "value"}:
            return "Each condition has a field, an op and a value."
        if each["field"] not in fields:
            return f"There is no field {each['field']!r}; there are {', '.join(sorted(fields))}."
        if each["op"] not in OPERATORS:
            return f"There is no op {each['op']!r}; there are {', '.join(OPERATORS)}."
        if each["op"] == "in" and not isinstance(each["value"], list):
            return "The value of “in” is a list."
    return ""


def _holds(condition: Condition, snapshot: Mapping[str, Any]) -> bool:
    found = snapshot.get(condition["field"])
    try:
        return OPERATORS[condition["op"]](found, condition["value"])
    except TypeError:  # what cannot be compared does not fit
        return False


def _has(found: Any, wanted: Any) -> bool:
    return isinstance(found, list) and wanted in found


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda found, wanted: bool(found == wanted),
    "is_not": lambda found, wanted: bool(found != wanted),
    "in": lambda found, wanted: found in wanted,
    "at_least": lambda found, wanted: bool(found is not None and found >= wanted),
    "at_most": lambda found, wanted: bool(found is not None and found <= wanted),
    "has": _has,
}
