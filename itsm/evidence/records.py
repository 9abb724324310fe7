"""From the body of a post to its records: one JSON value, a list of them, or one a line. Pure."""

import json
from typing import Any

from itsm.monitoring.bodies import decoded
from itsm.monitoring.sources import Malformed

MOST_RECORDS = 5000
JSON = "application/json"


def records_in(body: bytes) -> list[Any]:
    """The records of a post; Malformed, with the reason, when it cannot be read."""
    try:
        found = decoded(body, content_type=JSON)
    except Malformed:
        found = _by_lines(body)
    records = found if isinstance(found, list) else [found]
    if len(records) > MOST_RECORDS:
        raise Malformed(f"One post may bring at most {MOST_RECORDS} records.")
    return records


def _by_lines(body: bytes) -> list[Any]:
    lines = [each for each in body.splitlines() if each.strip()]
    if len(lines) < 2:
        return [decoded(body, content_type=JSON)]
    if len(lines) > MOST_RECORDS:
        raise Malformed(f"One post may bring at most {MOST_RECORDS} records.")
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(decoded(line, content_type=JSON))
        except Malformed as error:
            raise Malformed(error.message, path=f"line {number}") from None
    return found


def record_at(record: Any, *, number: int) -> dict[str, Any]:
    """A record that is an object; Malformed with its place when it is something else."""
    if not isinstance(record, dict):
        raise Malformed("Each record must be an object.", path=f"[{number}]")
    return record


def as_text(value: Any) -> str:
    """What a field says, as text."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
