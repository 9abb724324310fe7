"""Secrets of integrations, unreadable in the database."""

import base64
import hashlib
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"field:{key}".encode()).digest()))
        for key in keys
    )


def encrypt(plain: str) -> str:
    """The text as only holders of the first encryption key can read it."""
    return _fernet(_keys()).encrypt(plain.encode()).decode()


def decrypt(token: str) -> str:
    """The text again; ValueError when none of the encryption keys fits."""
    try:
        return _fernet(_keys()).decrypt(token.encode()).decode()
    except InvalidToken:
        raise ValueError("A secret was encrypted with a key that is not configured.") from None


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


class EncryptedTextField(models.TextField[str, str]):
    """Text that is encrypted on its way into the database and decrypted on its way out."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> Any:
        return decrypt(value) if value else value
