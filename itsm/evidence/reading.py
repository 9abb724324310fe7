"""Asking tools for evidence by HTTP: bounded, and with a sentence for whatever goes wrong."""

import base64
import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from itsm.core import http
from itsm.evidence.ports import Asked, Unreadable

MOST_BYTES = 4 * 1024 * 1024
PATIENCE = 8.0  # seconds for one answer
LONGEST_WHY = 200
REFUSED = (401, 403)
SERIES_OF_MILLISECONDS = 1e11  # a number of seconds beyond this is one of milliseconds


def ask(method: str, url: str, *, headers: Mapping[str, str], json_body: Any = None) -> Any:
    """What a tool answers, as plain values; Unreadable or Unreachable when it does not."""
    answer = http.call(
        method,
        url,
        json=json_body,
        headers={"Accept": "application/json", **headers},
        max_bytes=MOST_BYTES,
        patience=PATIENCE,
    )
    _check(answer.status_code, answer.text)
    return _plain(answer.content)


def ask_for_rows(url: str, *, form: str, headers: Mapping[str, str]) -> list[dict[str, Any]]:
    """What a tool answers line by line, each of them a record."""
    answer = http.call(
        "POST",
        url,
        content=form.encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        max_bytes=MOST_BYTES,
        patience=PATIENCE,
    )
    _check(answer.status_code, answer.text)
    rows = [_plain(each) for each in answer.content.splitlines() if each.strip()]
    return [each for each in rows if isinstance(each, dict)]


def bearer_or_basic(asked: Asked) -> dict[str, str]:
    """The header that proves who asks: a password where there is an account, else a token."""
    if asked.account:
        pair = base64.b64encode(f"{asked.account}:{asked.secret}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    return {"Authorization": f"Bearer {asked.secret}"} if asked.secret else {}


def plain_number(value: Any) -> float | None:
    """A number, or None for what is none, such as NaN."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def first_of(record: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The first of these fields that says something; dots lead into records within records."""
    for name in names:
        value = record.get(name)
        if value is None:
            value = _within(record, name.split("."))
        if value not in (None, "") and not isinstance(value, dict | list):
            return value
    return ""


def instant_of(value: Any) -> datetime:
    """An instant told as text or as a number of seconds or milliseconds; ValueError for others."""
    text = str(value).strip()
    try:
        number = float(text)
    except ValueError:
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    try:
        seconds = number / 1000 if number > SERIES_OF_MILLISECONDS else number
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(text) from error


def _within(record: Any, path: Sequence[str]) -> Any:
    for name in path:
        record = record.get(name) if isinstance(record, Mapping) else None
    return record


def _plain(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise Unreadable("It answered with something other than JSON.") from None


def _check(status: int, text: str) -> None:
    if status in REFUSED:
        raise Unreadable(f"It refused the credentials ({status}).")
    if status != 200:
        said = " ".join(text[:LONGEST_WHY].split())
        raise Unreadable(f"It answered {status}: {said}" if said else f"It answered {status}.")
