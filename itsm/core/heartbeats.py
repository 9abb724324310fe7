"""Which parts of the running system have been heard from, and when."""

from datetime import datetime, timedelta

from django.utils import timezone

from itsm.core.models import Heartbeat


def beat(*parts: str) -> None:
    """Note that these parts are alive now."""
    now = timezone.now()
    Heartbeat.objects.bulk_create(
        [Heartbeat(part=part, heard_at=now) for part in sorted(parts)],
        update_conflicts=True,
        unique_fields=["part"],
        update_fields=["heard_at"],
    )


def last_heard() -> dict[str, datetime]:
    """When each part was last heard from."""
    return dict(Heartbeat.objects.values_list("part", "heard_at"))


def is_alive(part: str, *, within: timedelta) -> bool:
    """Whether this part was heard from so lately."""
    return Heartbeat.objects.filter(part=part, heard_at__gte=timezone.now() - within).exists()
