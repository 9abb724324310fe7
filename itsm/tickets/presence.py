"""Who looks at which ticket now; kept in Valkey alone, and nobody misses it when that is away."""

import json
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import redis
import structlog

from itsm.core.cache import valkey
from itsm.core.doorbell import whisper
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.selectors import visible_tickets

logger = structlog.get_logger(__name__)

LASTS = 45.0  # seconds: two heartbeats and a little
STATES = ("viewing", "typing")


@dataclass(frozen=True)
class Present:
    """Somebody who is at a ticket now."""

    user_id: int
    username: str
    name: str
    is_typing: bool
    is_bot: bool = False

    def __str__(self) -> str:
        return self.name or self.username


def note_presence(ticket: Ticket, user: User, *, state: str) -> None:
    """Say that somebody views a ticket, types on it, or (any other state) has gone."""
    key, field = _key(ticket.number), str(user.pk)
    says = {"at": time.time(), "state": state, "name": user.name, "username": user.username}
    try:
        before = _read(valkey().hget(key, field))
        if state in STATES:
            with valkey().pipeline(transaction=False) as pipe:
                pipe.hset(key, field, json.dumps(says))
                pipe.expire(key, int(LASTS) * 2)
                pipe.execute()
        else:
            valkey().hdel(key, field)
    except (redis.RedisError, OSError) as error:
        logger.warning("presence.silent", error=repr(error))
        return
    if before.get("state") != (state if state in STATES else None):
        announce(ticket)


def announce(ticket: Ticket) -> None:
    """Let open screens look again at who is at a ticket and what they write."""
    whisper(f"presence {ticket.pk}")


def presence_of(user: User, numbers: Collection[str]) -> dict[str, list[Present]]:
    """Who else is at those of these tickets that this person may see; staff alone are told."""
    if not numbers or not user.has_perm("tickets.view_all"):
        return {}
    seen = visible_tickets(user).filter(number__in=numbers).values_list("number", flat=True)
    return present_at(user, list(seen))


def present_at(user: User, numbers: Collection[str]) -> dict[str, list[Present]]:
    """As ``presence_of``, for tickets this person is known to be able to see; one round trip."""
    try:
        with valkey().pipeline(transaction=False) as pipe:
            for number in numbers:
                pipe.hgetall(_key(number))
            answers = pipe.execute()
    except (redis.RedisError, OSError) as error:
        logger.warning("presence.silent", error=repr(error))
        return {}
    found = {number: _others(answer, user) for number, answer in zip(numbers, answers, strict=True)}
    return {number: people for number, people in found.items() if people}


def _others(answer: Mapping[bytes, bytes], user: User) -> list[Present]:
    oldest = time.time() - LASTS
    people = []
    for field, text in answer.items():
        says = _read(text)
        if int(field) != user.pk and says.get("at", 0) > oldest:
            is_typing = says["state"] == "typing"
            people.append(Present(int(field), says["username"], says["name"], is_typing))
    return sorted(people, key=lambda each: (not each.is_typing, each.username))


def _key(number: str) -> str:
    return f"presence:{number}"


def _read(text: Any) -> dict[str, Any]:
    return json.loads(text) if text else {}
