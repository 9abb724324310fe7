"""Paying the deliveries that are owed."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F, Func, IntegerField, Q, QuerySet
from django.utils import timezone

from itsm.core import events, subscribers
from itsm.core.models import Delivery

logger = structlog.get_logger(__name__)

BATCH = 20
AHEAD = 2000  # so many of the next are looked through for what the same look would pay
PAID = """
DELETE FROM core_delivery USING unnest(%s::bigint[], %s::integer[]) AS paid(id, attempts)
WHERE core_delivery.id = paid.id AND core_delivery.attempts = paid.attempts
"""
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
        count += sum(map(_pay, _together(claimed)))
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
    """Take the oldest deliveries due, leaving them invisible to other workers for the lease.

    With each that a look at its subject pays come all the near ones that the same look pays.
    """
    now = timezone.now()
    with transaction.atomic():
        claimed = list(_locked(_due(now))[:BATCH])
        if alike := _paid_by_the_same_looks(claimed):
            near = _due(now).filter(alike, pk__in=_due(now).values("pk")[:AHEAD])
            claimed += _locked(near.exclude(pk__in=[each.pk for each in claimed]))
        if claimed:
            Delivery.objects.filter(pk__in=[each.pk for each in claimed]).update(
                due_at=timezone.now() + LEASE,
                attempts=F("attempts") + 1,
                claimed_by=Func(function="pg_backend_pid", output_field=IntegerField()),
            )
    for each in claimed:
        each.attempts += 1
    return claimed


def _due(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(due_at__lte=now, given_up_at__isnull=True).order_by(
        "due_at", "id"
    )


def _locked(deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return deliveries.select_for_update(skip_locked=True, of=("self",)).select_related(
        "event__actor"
    )


def _paid_by_the_same_looks(claimed: Iterable[Delivery]) -> Q:
    alike = Q()
    for each in claimed:
        if subscribers.coalesces(each.subscriber):
            alike |= Q(
                subscriber=each.subscriber,
                event__subject_type=each.event.subject_type,
                event__subject_id=each.event.subject_id,
            )
    return alike


def _together(claimed: Iterable[Delivery]) -> list[list[Delivery]]:
    """The deliveries by the calls that pay them."""
    calls: dict[Hashable, list[Delivery]] = {}
    for each in claimed:
        calls.setdefault(_call_of(each), []).append(each)
    return list(calls.values())


def _call_of(delivery: Delivery) -> Hashable:
    if not subscribers.coalesces(delivery.subscriber):
        return delivery.pk
    event = delivery.event
    cause = repr(event.data.get("cause"))  # what comes of it must name what brought it about
    return delivery.subscriber, event.subject_type, event.subject_id, cause


def _pay(together: Sequence[Delivery]) -> int:
    """Hand the last event to the subscriber; on an error, put all off and say why.

    The number of deliveries that are paid by it.
    """
    last = together[-1]
    try:
        subscriber = subscribers.named(last.subscriber)
        # What comes of an event is caused by whatever caused the event.
        with events.caused_by(last.event.data.get("cause")):
            if subscriber.is_whole:
                return _pay_at_once(together, subscriber.handler)
            # Of several edits at once, all are owed to whoever cares for one of them.
            if cared := [each.event for each in together if subscriber.cares(each.event)]:
                subscriber.handler(cared[-1])
    except Exception as error:
        logger.exception("delivery.failed", delivery=last.pk, subscriber=last.subscriber)
        for each in together:
            _put_off(each, error)
        return 0
    return _note_paid(together)


def _pay_at_once(together: Sequence[Delivery], handler: Callable[..., Any]) -> int:
    """Work and payment in one transaction: nothing is kept of either without the other."""
    with transaction.atomic():
        handler(together[-1].event)
        count = _note_paid(together)
        if count < len(together):
            transaction.set_rollback(True)
            return 0
    return count


def _note_paid(together: Sequence[Delivery]) -> int:
    # Only the claim with this number of attempts may write: a sleeper's late write is ignored.
    claims = [[each.pk for each in together], [each.attempts for each in together]]
    with connection.cursor() as cursor:
        cursor.execute(PAID, claims)
        return int(cursor.rowcount)


def _put_off(delivery: Delivery, error: Exception) -> None:
    now = timezone.now()
    is_last = delivery.attempts > len(RETRY_AFTER)
    Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts).update(
        due_at=now + RETRY_AFTER[min(delivery.attempts, len(RETRY_AFTER)) - 1],
        claimed_by=None,
        error=repr(error)[:2000],
        given_up_at=now if is_last else None,
    )
