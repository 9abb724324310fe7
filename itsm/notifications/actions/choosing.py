"""Keeping what somebody chose to be told, and when."""

from collections.abc import Collection
from datetime import time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid
from itsm.notifications.channels import personal_channels
from itsm.notifications.choices import choices_of, deviations
from itsm.notifications.models import Message, Preference, Rhythm
from itsm.notifications.timing import due
from itsm.notifications.topics import INBOX
from itsm.people.models import User

HOURS = 24


@transaction.atomic
def choose_topics(*, user: User, wanted: Collection[tuple[str, str]]) -> None:
    """Have exactly these news reach the person by these ways."""
    ways = [INBOX, *personal_channels()]
    Preference.objects.filter(user=user, channel__in=ways).delete()
    Preference.objects.bulk_create(deviations(user, wanted, channels=ways))


@transaction.atomic
def choose_rhythm(*, user: User, values: dict[str, Any]) -> None:
    """Have the person told at these times; what waits already waits by the new rule."""
    rhythm = Rhythm(user=user, **_judged(values))
    rhythm.save(force_insert=not Rhythm.objects.filter(user=user).exists())
    times = choices_of([user])[user.pk].times
    now = timezone.now()
    # Locked, so that no lane takes into a letter what is just put off.
    waiting = Message.objects.select_for_update().filter(
        recipient=user, status=Message.Status.QUEUED, gathered=True, bundle=None
    )
    for each in waiting:
        each.due_at = max(due(times, at=each.created_at).at, now)
        each.save(update_fields=["due_at"])


def _judged(values: dict[str, Any]) -> dict[str, Any]:
    start, end = values["quiet_from"], values["quiet_until"]
    if (start is None) != (end is None):
        field = "quiet_from" if start is None else "quiet_until"
        raise Invalid(_("Say both when your quiet hours begin and when they end."), field=field)
    if isinstance(start, time) and start == end:
        raise Invalid(_("Quiet hours that begin and end alike are none."), field="quiet_until")
    if values["digest"] not in Rhythm.Digest.values:
        raise Invalid(_("Choose one of these."), field="digest")
    if not 0 <= values["digest_hour"] < HOURS:
        raise Invalid(_("Choose an hour of the day."), field="digest_hour")
    return values
