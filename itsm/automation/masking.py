"""Keeping secrets out of logs and artifacts, however a program spells them."""

import base64
import json
import re
from collections.abc import Collection
from urllib.parse import quote, quote_plus

MASK = "•••"
SHORTEST = 4  # what is shorter would blacken half of every log


class Mask:
    """Blackens some secrets in texts."""

    def __init__(self, secrets: Collection[str]) -> None:
        spelled = {spelling for each in secrets for spelling in _spellings(each)}
        ordered = sorted((each for each in spelled if len(each) >= SHORTEST), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        return self._pattern.sub(MASK, text) if self._pattern else text


def _spellings(secret: str) -> set[str]:
    encoded = secret.encode()
    # Of base64 only what does not depend on its neighbours, at each of the three offsets.
    inner = {
        base64.b64encode(bytes(offset) + encoded).decode()[4 if offset else 0 : -4].rstrip("=")
        for offset in range(3)
    }
    lines = [each for each in secret.splitlines() if each.strip()]
    return {
        secret,
        secret.strip(),
        *lines,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        base64.b64encode(encoded).decode(),
        base64.urlsafe_b64encode(encoded).decode(),
        *inner,
    }
