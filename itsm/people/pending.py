"""Somebody between the password and the second factor: known, but not yet let in."""

import time

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from itsm.people.models import User
from itsm.people.selectors import person_to_let_in

KEY = "pending"
PATIENCE = 10 * 60


def begin(request: HttpRequest, user: User, *, how: str, wanted: str) -> None:
    """Remember who has shown the first factor, under a new session key."""
    request.session.cycle_key()
    request.session[KEY] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "how": how,
        "next": wanted,
        "at": int(time.time()),
    }


def person(request: HttpRequest) -> User | None:
    """Who that is, unless it took too long or the password was changed meanwhile."""
    facts = request.session.get(KEY)
    if not facts or time.time() - facts["at"] > PATIENCE:
        return None
    user = person_to_let_in(facts["user"])
    if user is None or not constant_time_compare(facts["hash"], user.get_session_auth_hash()):
        return None
    return user


def end(request: HttpRequest) -> tuple[str, str]:
    """Forget it: by which way they came, and where they wanted to go."""
    facts = request.session.pop(KEY)
    return facts["how"], facts["next"]
