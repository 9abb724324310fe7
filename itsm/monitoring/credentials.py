"""Whether a post comes from its source: tokens in all the places tools can put them, signatures."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsm.people.tokens import digest

WINDOW = timedelta(minutes=5)  # how old a signed timestamp may be
NOBODY = digest("nobody")
# The header that signs, what stands before the hex digits, the header with the signed time, and
# the algorithm.
SIGNATURES = (
    ("X-Grafana-Alerting-Signature", "", "X-Grafana-Alerting-Signature-Timestamp", "sha256"),
    ("X-Hub-Signature-256", "sha256=", "X-Hub-Signature-Timestamp", "sha256"),
    ("X-Signature-256", "sha256=", "X-Signature-Timestamp", "sha256"),
    ("X-TFC-Task-Signature", "", "", "sha512"),
    ("X-TFE-Notification-Signature", "", "", "sha512"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a post shows to prove where it comes from."""

    headers: Mapping[str, str]
    body: bytes
    path_token: str = ""
    query_token: str = ""

    def is_signed(self) -> bool:
        """Whether a signature was sent, right or wrong."""
        return any(name in self.headers for name, *_how in SIGNATURES)

    def match_token(self, token_hash: str, *, header_name: str) -> bool:
        """Whether any of the tokens shown is the one whose hash this is."""
        shown = [self.path_token, self.query_token, *self._authorization()]
        if header_name:
            shown.append(self.headers.get(header_name, ""))
        # No short cut: the time must not tell which of them was nearly right.
        verdicts = [_is_token(each, token_hash) for each in shown if each]
        return any(verdicts)

    def match_signature(self, secret: str, *, now: datetime) -> bool:
        """Whether the body was signed with the secret; never with an empty one."""
        if not secret:
            return False
        return any(self._is_signed_by(secret, now, *each) for each in SIGNATURES)

    def _authorization(self) -> list[str]:
        scheme, _space, value = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            return [_password(value)]
        return [value.strip()] if value else [scheme]

    def _is_signed_by(
        self, secret: str, now: datetime, name: str, prefix: str, timestamp_name: str, sort: str
    ) -> bool:
        shown = self.headers.get(name, "")
        if not shown or not shown.startswith(prefix):
            return False
        signed = self.body
        if timestamp := self.headers.get(timestamp_name, ""):
            if not _is_fresh(timestamp, now):
                return False
            signed = timestamp.encode() + b":" + self.body
        expected = hmac.new(secret.encode(), signed, sort).hexdigest()
        return hmac.compare_digest(expected.encode(), shown.removeprefix(prefix).lower().encode())


def _is_token(shown: str, token_hash: str) -> bool:
    shown_hash = hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()
    return hmac.compare_digest(shown_hash, token_hash)


def _password(value: str) -> str:
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return decoded.partition(":")[2]


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    return abs(now.timestamp() - int(timestamp)) <= WINDOW.total_seconds()
