"""Remembering how somebody likes a list; nobody else is concerned, so nothing is told."""

from typing import Any

from itsm.people.models import User
from itsm.tickets.saved import QueueLook


def remember_look(*, user: User, kind: str, **chosen: Any) -> QueueLook:
    """Keep what was chosen, and leave the rest as it was."""
    look, _made = QueueLook.objects.update_or_create(user=user, kind=kind, defaults=chosen)
    return look
