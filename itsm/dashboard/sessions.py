"""Which sessions are still open."""

from collections.abc import Collection

from django.utils import timezone

from itsm.people.models import Session


def live_sessions(keys: Collection[str]) -> set[str]:
    """Those of these sessions that have neither ended nor expired."""
    found = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return set(found.values_list("session_key", flat=True))
