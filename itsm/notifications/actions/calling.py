"""Calling webhooks: what is to be posted is written down first, then sent in its lane.

The row of a call is the queue, as with messages: a worker that dies leaves it queued, and it is
sent again under the same identity. While a target is down its lane rests.
"""

import json
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events, http, interests
from itsm.core.errors import Refused
from itsm.core.models import Event
from itsm.notifications.actions.resting import is_resting, note_work, only_here, rest
from itsm.notifications.channels import Down, Rejected
from itsm.notifications.models import Lane, Message, WebhookCall, WebhookEndpoint
from itsm.notifications.signing import headers_for
from itsm.notifications.webhooks import MOST_READ, pause_of
from itsm.tickets.desks import address_of, desks
from itsm.tickets.models import Ticket

logger = structlog.get_logger(__name__)
Status = Message.Status

SUBSCRIBER = "itsm.notifications.subscribers.call_webhooks"
PATIENCE = timedelta(days=2)
BATCH = 5000


def listen() -> None:
    """Have the house hear of the events that webhooks in use want, and of no others."""
    wanted = WebhookEndpoint.objects.filter(is_active=True).values_list("events", flat=True)
    interests.want(SUBSCRIBER, {name for names in wanted for name in names})


@transaction.atomic
def queue_calls(*, event: Event) -> int:
    """Write a call for every webhook that wants the event; the second time none is added."""
    noun = event.name.partition(".")[0]
    wanting = WebhookEndpoint.objects.filter(
        is_active=True, events__overlap=[event.name, f"{noun}.*"]
    )
    ticket = _ticket_of(event)
    calls = [
        WebhookCall(endpoint=each, event=event, name=event.name, body=_body(event, ticket))
        for each in wanting.order_by("pk")
        if _is_for(each, ticket)
    ]
    # Only what was not there is made; told twice, an event is posted once.
    return len(WebhookCall.objects.bulk_create(calls, ignore_conflicts=True))


@transaction.atomic
def queue_call(
    *,
    endpoint: WebhookEndpoint,
    event: Event | None,
    ticket: Ticket | None,
    asked_by: str,
    text: str,
) -> WebhookCall:
    """Write a call that a rule or macro asks for."""
    if not endpoint.is_active:
        raise Refused(_("The webhook %(name)s is switched off.") % {"name": endpoint})
    if ticket is not None and ticket.confidential and not endpoint.with_confidential:
        raise Refused(_("%(number)s is confidential.") % {"number": ticket.number})
    name = event.name if event is not None else "macro.performed"
    return WebhookCall.objects.create(
        endpoint=endpoint,
        event=event,
        asked_by=asked_by[:130] or "macro",
        name=name,
        body=_body(event, ticket, asked_by=asked_by, text=text),
    )


@transaction.atomic
def call_again(*, call: WebhookCall, actor: Any) -> bool:
    """Have a call that was sent or failed go out once more; whether it can."""
    found = WebhookCall.objects.filter(pk=call.pk).exclude(status=Status.QUEUED)
    is_due = bool(
        found.update(status=Status.QUEUED, detail="", response_code=None, due_at=timezone.now())
    )
    if is_due:
        WebhookCall.objects.filter(pk=call.pk).update(created_at=timezone.now())
        events.publish("webhook_call.retried", call, actor=actor, data={"name": str(call)})
    return is_due


def due_hooks() -> list[str]:
    """The lanes of webhooks in which something is due and whose target is not known to be down."""
    due = _queued().filter(due_at__lte=timezone.now()).order_by()
    lanes = [f"hook-{pk}" for pk in due.values_list("endpoint", flat=True).distinct()]
    if not lanes:
        return []
    resting = Lane.objects.filter(name__in=lanes, retry_at__gt=timezone.now())
    return sorted(set(lanes) - set(resting.values_list("name", flat=True)))


def run_hook(name: str) -> int:
    """Post what is due until nothing is or the target is down; how many calls were answered."""
    lane, _is_new = Lane.objects.get_or_create(name=name)
    count = 0
    with only_here(lane) as is_ours:
        while is_ours and not is_resting(lane) and (call := _next(lane)):
            if not _sent(lane, call):
                break
            count += 1
    return count


def forget_calls(*, before: datetime) -> int:
    """Forget what was posted before an instant; how many calls that were."""
    old = WebhookCall.objects.filter(created_at__lt=before).exclude(status=Status.QUEUED)
    keys = list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH])
    return WebhookCall.objects.filter(pk__in=keys).delete()[0]


def _queued() -> QuerySet[WebhookCall]:
    return WebhookCall.objects.filter(status=Status.QUEUED)


def _ticket_of(event: Event) -> Any:
    if event.subject_type not in desks:
        return None
    found = Ticket.objects.select_related("service", "team", "assignee", "caller")
    return found.filter(pk=event.subject_id, kind=event.subject_type).first()


def _is_for(endpoint: WebhookEndpoint, ticket: Ticket | None) -> bool:
    if ticket is None:
        return True
    if ticket.confidential and not endpoint.with_confidential:
        return False
    if endpoint.team_id is not None and endpoint.team_id != ticket.team_id:
        return False
    return ticket.priority <= endpoint.least_priority


def _body(event: Event | None, ticket: Ticket | None, *, asked_by: str = "", text: str = "") -> str:
    at = event.happened_at if event is not None else timezone.now()
    data: dict[str, Any] = {"record": _record(ticket) if ticket is not None else None}
    if event is not None:
        data |= {
            "event_id": event.pk,
            "subject": {"type": event.subject_type, "id": event.subject_id},
            "actor": event.actor.username if event.actor else None,
            "changes": event.data.get("diff", {}),
        }
    if asked_by:
        data |= {"rule": asked_by, "text": text}
    told = {
        "type": event.name if event is not None else "macro.performed",
        "timestamp": at.isoformat(),
        "data": data,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _record(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "kind": ticket.kind,
        "title": ticket.title,
        "state": ticket.state,
        "phase": ticket.phase,
        "priority": ticket.priority,
        "service": ticket.service.name if ticket.service else None,
        "team": ticket.team.slug if ticket.team else None,
        "assignee": ticket.assignee.username if ticket.assignee else None,
        "caller": ticket.caller.username if ticket.caller else None,
        "url": f"{settings.BASE_URL}{address_of(ticket)}",
    }


@transaction.atomic
def _next(lane: Lane) -> WebhookCall | None:
    """The next call; the attempt is kept before it is made."""
    due = _queued().filter(endpoint=int(lane.name.removeprefix("hook-")))
    found = due.filter(due_at__lte=timezone.now()).select_related("endpoint")
    call = found.order_by("due_at", "pk").first()
    if call is not None:
        WebhookCall.objects.filter(pk=call.pk).update(attempts=F("attempts") + 1)
        call.attempts += 1
    return call


def _sent(lane: Lane, call: WebhookCall) -> bool:
    """Make one call; whether the lane may go on."""
    if not call.endpoint.is_active:
        _settle(call, Status.SKIPPED, detail=_("The webhook was switched off."))
        return True
    try:
        code = _post(call)
    except Down as error:
        rest(lane, error)
        is_over = timezone.now() - call.created_at > PATIENCE
        _settle(call, Status.FAILED if is_over else Status.QUEUED, detail=str(error))
        if call.attempts > 1:  # it may be this call that the target breaks down on
            _queued().filter(pk=call.pk).update(due_at=timezone.now())
        return False
    except Rejected as error:
        _settle(call, Status.FAILED, detail=str(error))
    except Exception as error:
        logger.exception("webhook.failed", lane=lane.name, call=call.pk)
        _settle(call, Status.FAILED, detail=repr(error))
    else:
        _settle(call, Status.SENT, code=code)
        note_work(lane)
    return True


def _post(call: WebhookCall) -> int:
    headers = headers_for(
        identity=call.identity,
        at=int(timezone.now().timestamp()),
        body=call.body,
        secret=call.endpoint.secret,
    )
    try:
        answer = http.call(
            "POST",
            call.endpoint.address,
            content=call.body.encode(),
            headers={"Content-Type": "application/json", **headers},
            max_bytes=MOST_READ,
        )
    except http.Unreachable as error:
        raise Down(str(error)) from error
    WebhookCall.objects.filter(pk=call.pk).update(response_code=answer.status_code)
    if answer.is_success:
        return answer.status_code
    said = f"{answer.status_code} {answer.text[:200]}".strip()
    if answer.status_code == 429 or answer.status_code >= 500:
        raise Down(said, after=pause_of(answer.headers.get("Retry-After", "")))
    raise Rejected(said)


def _settle(call: WebhookCall, status: str, *, detail: str = "", code: int | None = None) -> None:
    told: dict[str, Any] = {"status": status, "detail": detail.replace("\x00", "")[:300]}
    if status == Status.SENT:
        told |= {"sent_at": timezone.now(), "response_code": code}
    # Who was thought dead and comes back late writes over nothing.
    _queued().filter(pk=call.pk, attempts=call.attempts).update(**told)
