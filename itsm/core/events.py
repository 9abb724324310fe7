"""The one road from 'it happened' to everyone who cares."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
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
    SELECT written.id, subscriber, %s, 0, '' FROM written, (
        SELECT unnest(%s::text[]) AS subscriber
        UNION ALL SELECT DISTINCT subscriber FROM core_interest WHERE event_name IN (%s, %s)
    ) AS listening
    ORDER BY written.id
    RETURNING 1
)
SELECT id, xid, EXISTS (SELECT FROM owed) FROM written ORDER BY id
"""

# What brought about whatever is published now: {"rules": [ids], "event": id}.
_cause: ContextVar[Mapping[str, Any] | None] = ContextVar("cause", default=None)


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

    cause = _cause.get()
    because = {"cause": dict(cause)} if cause else {}
    events = [
        Event(
            name=name,
            subject_type=_kind_of(subject),
            subject_id=subject.pk,
            actor=actor,
            data={**(data_of(subject) if data_of else data or {}), **because},
            public=public,
        )
        for subject in subjects
    ]
    owed_to = [
        listener
        for listener in listeners(name, Moment.AFTER)
        if any(listener.cares(event) for event in events)
    ]
    is_owed = _write(events, owed_to)
    for listener in listeners(name, Moment.INSIDE):
        listener.handler(events)
    for listener in listeners(name, Moment.LIVE):
        transaction.on_commit(_show(listener, events), robust=True)
    # Only a nudge: if it is lost, the sweep and the screens' own polling find the rows.
    transaction.on_commit(doorbell.ring_for_work if is_owed else doorbell.ring, robust=True)
    return events


@contextmanager
def caused_by(cause: Mapping[str, Any] | None) -> Iterator[None]:
    """Note on everything published within what brought it about."""
    token = _cause.set(cause)
    try:
        yield
    finally:
        _cause.reset(token)


def cause_now() -> Mapping[str, Any] | None:
    """What brings about what is published now, to be kept by whoever goes on with it later."""
    return _cause.get()


def _kind_of(subject: models.Model | Subject) -> str:
    if isinstance(subject, Subject):
        return subject.kind
    # A model may have a longer name than what it is called in events. Only the class says so: an
    # event has a column of that name, which says what that event was about.
    called = getattr(type(subject), "subject_type", None)
    return called if isinstance(called, str) else str(subject._meta.model_name)


def _write(events: Sequence[Event], owed_to: Sequence[Subscriber]) -> bool:
    """Write the events and what is owed of them; whether anything is."""
    name = events[0].name
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
        name,
        f"{name.partition('.')[0]}.*",
    ]
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)
        written = cursor.fetchall()
    for event, (event_id, xid, _is_owed) in zip(events, written, strict=True):
        event.pk, event.xid = event_id, xid
        event._state.adding, event._state.db = False, connection.alias
    return bool(written[0][2])


def _show(listener: Subscriber, events: Sequence[Event]) -> Callable[[], None]:
    # Not a functools.partial: Django names a failed hook by its __qualname__, which partials lack.
    def show() -> None:
        for event in events:
            listener.handler(event)

    return show
