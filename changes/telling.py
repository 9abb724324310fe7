"""Sending an answer of the gate to the address a pipeline gave, signed with its secret."""

import hashlib
import hmac
import json
from typing import Any

from django.utils import timezone

from changes.gate import worded
from changes.models import GateWait
from itsm.core import http

SIGNATURE = "Steady-Signature"
TIMESTAMP = "Steady-Timestamp"
DELIVERY = "Steady-Delivery"


class NotTaken(Exception):  # noqa: N818 what the other side said
    """The address did not say that it has the answer."""


def send_answer(wait: GateWait) -> None:
    """Post the answer; NotTaken unless it is confirmed with a 2xx.

    The id in the headers is the same whenever it is sent again.
    """
    body = json.dumps(answer_of(wait), separators=(",", ":")).encode()
    moment = str(int(timezone.now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        DELIVERY: f"gate-{wait.pk}",
        TIMESTAMP: moment,
        SIGNATURE: signature_of(body, moment=moment, secret=wait.callback_secret),
    }
    answer = http.call("POST", wait.callback_url, content=body, headers=headers)
    if not 200 <= answer.status_code < 300:
        raise NotTaken(f"The callback was answered with {answer.status_code}.")


def signature_of(body: bytes, *, moment: str, secret: str) -> str:
    """HMAC-SHA256 of the moment, a dot and the body, in hexadecimal digits."""
    signed = f"{moment}.".encode() + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def answer_of(wait: GateWait) -> dict[str, Any]:
    """The answer as it is posted."""
    decision, permit = wait.decision, wait.permit
    return {
        "wait": wait.pk,
        "change": wait.change.number,
        "verdict": decision.verdict,
        "is_by_default": wait.is_by_default,
        "answered_at": wait.answered_at.isoformat() if wait.answered_at else None,
        "decision": decision.pk,
        "rules": [{**each, "why": worded(each["why"])} for each in decision.rules],
        "permit": permit.code if permit else None,
        "expires_at": permit.expires_at.isoformat() if permit else None,
    }
