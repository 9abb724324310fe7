"""What people change about themselves."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from itsm.core import configuration
from itsm.people.models import User


@transaction.atomic
def change_account(*, user: User, values: Mapping[str, Any]) -> list[str]:
    """Keep what somebody changed of the own profile or preferences; the names of what differs."""
    person = User.objects.select_for_update().get(pk=user.pk)
    names = sorted(name for name, value in values.items() if getattr(person, name) != value)
    before = configuration.picture_of(person)
    for name in names:
        setattr(person, name, values[name])
    if names:
        person.save(update_fields=names)
        configuration.note_change(person, before=before, actor=person)
    return names
