"""The one road from 'it happened' to everyone who cares."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.utils import timezone

from itsm.core import doorbell
from itsm.core.models import Event
from itsm.core.subscribers import Moment, Subscriber, listeners

# By hand, because this runs in every change: the ORM takes four times as long for one event, and
# 40 ms for the 500 of a storm. What is owed of an event is written with it, in one statement.
WRITE = """
WITH written AS (
    INSERT INTO core_event (name, subject_type, subject_id, actor_id, public, data, happened_at)
    SELECT name, subject_type, subject_id, actor_id, public, data, happened_at
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::boolean[], %s::jsonb[],
                %s::timestamptz[]) WITH ORDINALITY
        AS fresh(name, subject_type, subject_id, actor_id, public, data, happened_at, place)
    ORDER BY place
    RETURNING id, xid
),
owed AS (
    INSERT INTO core_delivery (event_id, subscriber, due_at, attempts, error)
    SELECT written.id, subscriber, %s, 0, '' FROM written, unnest(%s::text[]) AS subscriber
    ORDER BY written.id
)
SELECT id, xid FROM written ORDER BY id
"""


class Subject(NamedTuple):
    """What an event is about, where loading the record would only cost time."""

    kind: str
    pk: int


def publish(
    name: str,
    *subjects: models.Model | Subject,
    actor: Any,
    data: Mapping[str, Any] | None = None,
    data_of: Callable[[Any], Mapping[str, Any]] | None = None,
    public: bool = False,
) -> list[Event]:
    """Record that something happened to each subject, and see that every subscriber hears of it.

    ``actor`` is a user or None; ``data`` is the same for all subjects, or ``data_of`` is asked for
    each of them.
    Raises RuntimeError outside a transaction, where the event could outlive a rollback.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"publish({name!r}) outside a transaction would outlive a rollback.")
    if not subjects:
        return []

    events = [
        Event(
            name=name,
            subject_type=_kind_of(subject),
            subject_id=subject.pk,
            actor=actor,
            data=dict(data_of(subject) if data_of else data or {}),
            public=public,
        )
        for subject in subjects
    ]
    owed_to = listeners(name, Moment.AFTER)
    _write(events, owed_to)
    for listener in listeners(name, Moment.INSIDE):
        listener.handler(events)
    for listener in listeners(name, Moment.LIVE):
        transaction.on_commit(_show(listener, events), robust=True)
    # Only a nudge: if it is lost, the sweep and the screens' own polling find the rows.
    transaction.on_commit(doorbell.ring_for_work if owed_to else doorbell.ring, robust=True)
    return events


def _kind_of(subject: models.Model | Subject) -> str:
    return subject.kind if isinstance(subject, Subject) else subject._meta.model_name or ""


def _write(events: Sequence[Event], owed_to: Sequence[Subscriber]) -> None:
    values: list[Any] = [
        [each.name for each in events],
        [each.subject_type for each in events],
        [each.subject_id for each in events],
        [each.actor_id for each in events],
        [each.public for each in events],
        [json.dumps(each.data) for each in events],
        [each.happened_at for each in events],
        timezone.now(),
        [each.name for each in owed_to],
    ]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)
        written = cursor.fetchall()
    for event, (event_id, xid) in zip(events, written, strict=True):
        event.pk, event.xid = event_id, xid
        event._state.adding, event._state.db = False, connection.alias


def _show(listener: Subscriber, events: Sequence[Event]) -> Callable[[], None]:
    # Not a functools.partial: Django names a failed hook by its __qualname__, which partials lack.
    def show() -> None:
        for event in events:
            listener.handler(event)

    return show
