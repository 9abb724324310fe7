"""Sending what is due in a lane, in order, each letter once.

The row of a message is the queue: a worker that dies leaves it queued, and whoever runs the lane
next sends it again under the same identity. Only one session runs a lane at a time.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from itsm.core import events
from itsm.notifications.actions.guarding import obstacle_to
from itsm.notifications.actions.resting import is_resting, note_work, only_here, rest
from itsm.notifications.channels import Down, Rejected, channels
from itsm.notifications.letters import hello_to, letter_for, letter_for_room
from itsm.notifications.models import Endpoint, Lane, Message

logger = structlog.get_logger(__name__)
Status = Message.Status

MOST_GATHERED = 100
PUT_OFF = [timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2)]
PATIENCE = timedelta(days=2)  # what could not be sent for so long is news no more


def run_lane(name: str) -> int:
    """Send what is due until nothing is or the target is down; how many letters were sent."""
    lane, _is_new = Lane.objects.get_or_create(name=name)
    count = 0
    with only_here(lane) as is_ours:
        while is_ours and not is_resting(lane) and (batch := _next_letter(lane)):
            if not _sent(lane, batch):
                break
            count += 1
    return count


def due_lanes() -> list[str]:
    """The lanes in which something is due and whose target is not known to be down."""
    now = timezone.now()
    resting = Lane.objects.filter(retry_at__gt=now).values("name")
    due = _queued().filter(due_at__lte=now).exclude(lane__in=resting)
    return list(due.order_by("lane").values_list("lane", flat=True).distinct())


@transaction.atomic
def send_again(*, message: Message, actor: Any) -> bool:
    """Have a message that was sent or failed go out once more; whether it can."""
    found = Message.objects.filter(pk=message.pk).exclude(status=Status.QUEUED).exclude(lane="")
    is_due = bool(
        found.update(
            status=Status.QUEUED,
            because="",
            detail="",
            due_at=timezone.now(),
            gathered=False,
            bundle=None,
        )
    )
    if is_due:
        events.publish("message.retried", message, actor=actor)
    return is_due


def try_out(*, room: Endpoint) -> None:
    """Say hello in a room; raises what its channel raises."""
    channels[room.kind]().send(hello_to(room), address=room.address)


def _queued() -> QuerySet[Message]:
    return Message.objects.filter(status=Status.QUEUED)


@transaction.atomic
def _next_letter(lane: Lane) -> list[Message]:
    """The messages of the next letter; its name and the attempt are kept before it is sent."""
    due = _queued().filter(lane=lane.name, due_at__lte=timezone.now()).order_by("due_at", "pk")
    first = due.first()
    if first is None:
        return []
    if first.bundle is not None:
        wanted = due.filter(bundle=first.bundle)
    elif first.gathered:
        wanted = due.filter(recipient=first.recipient_id, gathered=True, bundle=None)
    else:
        wanted = due.filter(pk=first.pk)
    pks = list(wanted.values_list("pk", flat=True)[:MOST_GATHERED])
    Message.objects.filter(pk__in=pks).update(
        bundle=first.bundle or pks[0], attempts=F("attempts") + 1
    )
    found = Message.objects.filter(pk__in=pks).select_related(
        *("recipient", "endpoint", "event__actor"),
        *("ticket__service", "ticket__team", "ticket__assignee"),
    )
    return list(found.order_by("pk"))


def _sent(lane: Lane, batch: Sequence[Message]) -> bool:
    """Send one letter; whether the lane may go on."""
    messages = [each for each in batch if _is_still_to_be_told(each)]
    if not messages:
        return True
    try:
        _take(messages)
    except Down as error:
        rest(lane, error)
        _note_failure(messages, error, is_over=_is_old(messages[0]))
        _step_back(messages)
        return False
    except Rejected as error:
        _note_failure(messages, error, is_over=True)
    except Exception as error:
        logger.exception("letter.failed", lane=lane.name, message=messages[0].pk)
        _put_off(messages, error)
    else:
        _settle(messages, Status.SENT)
        note_work(lane)
    return True


def _is_still_to_be_told(message: Message) -> bool:
    because = obstacle_to(message)
    if because:
        _settle([message], Status.SKIPPED, because=because)
    return not because


def _take(messages: Sequence[Message]) -> None:
    first = messages[0]
    way = channels[first.channel]()
    if first.endpoint is not None:
        way.send(letter_for_room(messages), address=first.endpoint.address)
    elif first.recipient is not None:
        letter = letter_for(first.recipient, messages)
        way.send(letter, address=way.address_of(first.recipient))


def _is_old(message: Message) -> bool:
    return timezone.now() - message.created_at > PATIENCE


def _put_off(messages: Sequence[Message], error: Exception) -> None:
    pause = PUT_OFF[min(messages[0].attempts, len(PUT_OFF)) - 1]
    _note_failure(messages, error, is_over=_is_old(messages[0]))
    _still_queued(messages).update(due_at=timezone.now() + pause)


def _step_back(messages: Sequence[Message]) -> None:
    """Let others go first: it may be this letter that the target breaks down on."""
    if messages[0].attempts > 1:
        _still_queued(messages).update(due_at=timezone.now())


def _note_failure(messages: Sequence[Message], error: Exception, *, is_over: bool) -> None:
    status = Status.FAILED if is_over else Status.QUEUED
    _still_queued(messages).update(status=status, detail=(str(error) or repr(error))[:300])


def _settle(messages: Sequence[Message], status: str, *, because: str = "") -> None:
    _still_queued(messages).update(
        status=status, because=because, detail="", sent_at=timezone.now()
    )


def _still_queued(messages: Sequence[Message]) -> QuerySet[Message]:
    # Who was thought dead and comes back late writes over nothing.
    return _queued().filter(pk__in=[each.pk for each in messages])
