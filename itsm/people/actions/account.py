"""What people change about themselves."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from itsm.core import events
from itsm.people.models import User


@transaction.atomic
def change_account(*, user: User, values: Mapping[str, Any]) -> list[str]:
    """Keep what somebody changed of the own profile or preferences; the names of what differs."""
    names = sorted(name for name, value in values.items() if getattr(user, name) != value)
    for name in names:
        setattr(user, name, values[name])
    if names:
        user.save(update_fields=names)
        events.publish("user.changed", user, actor=user, data={"names": names})
    return names
