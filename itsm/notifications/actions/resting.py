"""Lanes that rest while their target is down, and that only one session runs at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import connection
from django.db.models import F
from django.utils import timezone

from itsm.notifications.channels import Down
from itsm.notifications.models import Lane

logger = structlog.get_logger(__name__)

LOCK = 7_311_002  # with the lane's key, a lock that nothing else of ours uses
BREAKS = [
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
]


@contextmanager
def only_here(lane: Lane) -> Iterator[bool]:
    """Hold the lane as long as the block lasts; False when another session has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, lane.pk])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, lane.pk])


def is_resting(lane: Lane) -> bool:
    """Whether its target was down a moment ago."""
    lane.refresh_from_db()
    return lane.retry_at is not None and lane.retry_at > timezone.now()


def rest(lane: Lane, error: Down) -> None:
    """Leave the target alone for a while, for longer each time."""
    pause = error.after or BREAKS[min(lane.failures, len(BREAKS) - 1)]
    logger.warning("lane.down", lane=lane.name, error=str(error), seconds=pause.total_seconds())
    Lane.objects.filter(pk=lane.pk).update(
        failures=F("failures") + 1, retry_at=timezone.now() + pause, error=str(error)[:300]
    )


def note_work(lane: Lane) -> None:
    """Note that the target has taken something."""
    Lane.objects.filter(pk=lane.pk).update(
        failures=0, retry_at=None, error="", worked_at=timezone.now()
    )
