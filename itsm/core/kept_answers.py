"""The answers that were given to requests with an idempotency key."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from itsm.core.models import KeptAnswer

KEPT_FOR = timedelta(hours=48)
BATCH = 5000


def claim(*, user_id: int, key: str, digest: str) -> tuple[int, KeptAnswer | None]:
    """The row of this key, ours to fill; or else the answer that was kept under it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_keptanswer (user_id, key, digest, status, body, headers, created_at)"
            " VALUES (%s, %s, %s, 0, '', '{}', now()) ON CONFLICT (user_id, key) DO NOTHING"
            " RETURNING id",
            [user_id, key, digest],
        )
        row = cursor.fetchone()
    if row is not None:
        return int(row[0]), None
    return 0, KeptAnswer.objects.get(user=user_id, key=key)


def keep(claimed: int, *, status: int, body: str, headers: Mapping[str, str]) -> None:
    """Fill a claimed row with its answer."""
    KeptAnswer.objects.filter(pk=claimed).update(status=status, body=body, headers=dict(headers))


def release(claimed: int) -> None:
    """Let the key be used again: the request had no effect."""
    KeptAnswer.objects.filter(pk=claimed).delete()


def forget_old() -> int:
    """Remove the answers that nobody will ask for again; how many there were."""
    old = KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    pks = list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH])
    return KeptAnswer.objects.filter(pk__in=pks).delete()[0]
