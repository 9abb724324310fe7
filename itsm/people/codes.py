"""Codes that change every thirty seconds (RFC 6238), the picture to set them up, spare codes."""

import base64
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote, urlencode

import segno
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString, mark_safe

STEP = 30  # seconds
DIGITS = 6
DRIFT = 1  # steps that a clock may be wrong
ISSUER = "Steady"
# Without letters and digits that look alike.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
SPARE_CODES = 10


def new_secret() -> str:
    """A secret for an authenticator app, as apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, *, step: int) -> str:
    """The code that is shown during this step."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    place = digest[-1] & 0x0F
    number: int = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(secret: str, code: str, *, at: float, after: int) -> int | None:
    """The step this code is good for, if it is one around now and later than the one used last."""
    now = int(at // STEP)
    fitting = [
        step
        for step in range(now - DRIFT, now + DRIFT + 1)
        if hmac.compare_digest(code_at(secret, step=step), code) and step > after
    ]
    return fitting[0] if fitting else None


def is_code(text: str) -> bool:
    """Whether this looks like a code of an app."""
    return len(text) == DIGITS and text.isascii() and text.isdecimal()


def set_up_address(secret: str, *, account: str) -> str:
    """What an app reads from the picture."""
    facts = {"secret": secret, "issuer": ISSUER, "digits": DIGITS, "period": STEP}
    return f"otpauth://totp/{quote(f'{ISSUER}:{account}')}?{urlencode(facts)}"


def picture_of(text: str) -> SafeString:
    """A QR code, drawn here: the secret goes to no other server."""
    drawn = segno.make(text, error="m", micro=False)
    picture = drawn.svg_inline(omitsize=True, border=3, light="#fff", svgclass="qr", lineclass=None)
    return mark_safe(picture)  # noqa: S308 drawn from squares alone


def new_spare_codes() -> list[str]:
    """Codes for the day the phone is lost; 49 bits each."""
    return [f"{_letters()}-{_letters()}" for _ in range(SPARE_CODES)]


def spare_digest(code: str, *, user_id: int) -> str:
    """What is kept of a spare code, however it was typed."""
    plain = "".join(each for each in code.casefold() if each.isalnum())
    return salted_hmac("people.spare", f"{user_id}:{plain}", algorithm="sha256").hexdigest()


def _letters() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(5))
