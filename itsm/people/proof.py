"""Whether somebody has lately shown who they are, which the weightier changes ask for."""

import time

from django.http import HttpRequest

PROVED_AT = "proved_at"
LASTS = 15 * 60


def note_proof(request: HttpRequest) -> None:
    """Remember that the person at this browser has just shown who they are."""
    request.session[PROVED_AT] = int(time.time())


def is_proved(request: HttpRequest) -> bool:
    """Whether that was a short while ago."""
    return time.time() - float(request.session.get(PROVED_AT, 0)) < LASTS
