"""Signing what is posted to webhooks, as Standard Webhooks says."""

import base64
import binascii
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
LEAST, MOST = 24, 64  # bytes of a secret


def new_secret() -> str:
    """A secret that nobody can guess."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def is_secret(text: str) -> bool:
    """Whether the text is a secret as the standard has it."""
    return key_of(text) is not None


def key_of(secret: str) -> bytes | None:
    """The bytes a secret stands for; None when it is no secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if LEAST <= len(key) <= MOST else None


def headers_for(*, identity: str, at: int, body: str, secret: str) -> dict[str, str]:
    """The three headers by which a receiver knows who sent it, when, and that it is whole."""
    key = key_of(secret)
    if key is None:
        raise ValueError("The webhook has no secret that can sign.")
    signed = f"{identity}.{at}.{body}".encode()
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }
