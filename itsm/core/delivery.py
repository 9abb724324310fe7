"""Paying the deliveries that are owed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F, Func, IntegerField
from django.utils import timezone

from itsm.core import events, subscribers
from itsm.core.models import Delivery

logger = structlog.get_logger(__name__)

BATCH = 20
PAID = "DELETE FROM core_delivery WHERE id = %s AND attempts = %s"
LEASE = timedelta(minutes=5)  # longer than a batch may run; a death is seen before that
RETRY_AFTER = [
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
]


def deliver_owed() -> int:
    """Pay every delivery that is due; the number that was paid."""
    count = 0
    while claimed := _claim():
        count += sum(_pay(delivery) for delivery in claimed)
    return count


@transaction.atomic
def try_again(*, delivery: Delivery, actor: Any) -> None:
    """Make a delivery that was given up due once more."""
    data = {"name": delivery.subscriber, "event": delivery.event_id}
    events.publish("delivery.retried", delivery, actor=actor, data=data)
    Delivery.objects.filter(pk=delivery.pk).update(
        attempts=0, due_at=timezone.now(), given_up_at=None, claimed_by=None
    )


def release_orphans() -> int:
    """Make due again what was claimed by sessions that are gone; how many deliveries that were."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core_delivery SET due_at = now(), claimed_by = NULL
            WHERE claimed_by IS NOT NULL AND given_up_at IS NULL
              AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = claimed_by)
            """
        )
        return int(cursor.rowcount)


def _claim() -> list[Delivery]:
    """Take the oldest deliveries due, leaving them invisible to other workers for the lease."""
    with transaction.atomic():
        claimed = list(
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(due_at__lte=timezone.now(), given_up_at__isnull=True)
            .select_related("event__actor")
            .order_by("due_at", "id")[:BATCH]
        )
        if claimed:
            Delivery.objects.filter(pk__in=[each.pk for each in claimed]).update(
                due_at=timezone.now() + LEASE,
                attempts=F("attempts") + 1,
                claimed_by=Func(function="pg_backend_pid", output_field=IntegerField()),
            )
    for each in claimed:
        each.attempts += 1
    return claimed


def _pay(delivery: Delivery) -> bool:
    """Hand the event to its subscriber; on an error, put the delivery off and say why."""
    try:
        subscriber = subscribers.named(delivery.subscriber)
        # What comes of an event is caused by whatever caused the event.
        with events.caused_by(delivery.event.data.get("cause")):
            if subscriber.is_whole:
                return _pay_at_once(delivery, subscriber.handler)
            # Of several edits at once, all are owed to whoever cares for one of them.
            if subscriber.cares(delivery.event):
                subscriber.handler(delivery.event)
    except Exception as error:
        logger.exception("delivery.failed", delivery=delivery.pk, subscriber=delivery.subscriber)
        _put_off(delivery, error)
        return False
    return _is_paid(delivery)


def _pay_at_once(delivery: Delivery, handler: Callable[..., Any]) -> bool:
    """Work and payment in one transaction: nothing is kept of either without the other."""
    with transaction.atomic():
        handler(delivery.event)
        is_ours = _is_paid(delivery)
        if not is_ours:
            transaction.set_rollback(True)
    return is_ours


def _is_paid(delivery: Delivery) -> bool:
    # Only the claim with this number of attempts may write: a sleeper's late write is ignored.
    with connection.cursor() as cursor:
        cursor.execute(PAID, [delivery.pk, delivery.attempts])
        return bool(cursor.rowcount)


def _put_off(delivery: Delivery, error: Exception) -> None:
    now = timezone.now()
    is_last = delivery.attempts > len(RETRY_AFTER)
    Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts).update(
        due_at=now + RETRY_AFTER[min(delivery.attempts, len(RETRY_AFTER)) - 1],
        claimed_by=None,
        error=repr(error)[:2000],
        given_up_at=now if is_last else None,
    )
