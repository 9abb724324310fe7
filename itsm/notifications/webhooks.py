"""Posting a message to a chat's incoming webhook, and reading what its answer means."""

from datetime import timedelta
from typing import Any

from itsm.core import http
from itsm.notifications.channels import Down, Rejected

MOST_READ = 64 * 1024
LONGEST_PAUSE = 3600


def post(address: str, payload: dict[str, Any], *, identity: str) -> None:
    """Post the payload once; Down when the other side is away, Rejected when it says no."""
    try:
        answer = http.call(
            "POST",
            address,
            json=payload,
            headers={"Idempotency-Key": identity},
            max_bytes=MOST_READ,
        )
    except http.Unreachable as error:
        raise Down(str(error)) from error
    if answer.is_success:
        return
    said = f"{answer.status_code} {answer.text[:200]}".strip()
    if answer.status_code == 429 or answer.status_code >= 500:
        raise Down(said, after=pause_of(answer.headers.get("Retry-After", "")))
    raise Rejected(said)


def pause_of(given: str) -> timedelta | None:
    """How long a target asks to be left alone, if it says so."""
    return timedelta(seconds=min(int(given), LONGEST_PAUSE)) if given.isdecimal() else None
