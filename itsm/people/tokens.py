"""The text of API tokens: a prefix to recognise, 256 random bits, and a checksum against typos."""

import hashlib
import secrets
import zlib

PREFIX = "sty_"
BYTES = 32
CHECKSUM_LENGTH = 8


def new_token() -> str:
    """A token nobody can guess."""
    secret = secrets.token_hex(BYTES)
    return f"{PREFIX}{secret}{_checksum(secret)}"


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_well_formed(token: str) -> bool:
    """Whether this can be a token of ours at all, told without the database."""
    if not token.startswith(PREFIX) or not token.isascii():
        return False
    secret, checksum = token[len(PREFIX) : -CHECKSUM_LENGTH], token[-CHECKSUM_LENGTH:]
    return checksum == _checksum(secret)


def _checksum(secret: str) -> str:
    return f"{zlib.crc32(secret.encode()):08x}"
