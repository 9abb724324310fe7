"""What is only lent: reminding, extending, and taking it back."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core import events
from itsm.core.errors import Refused
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.actions.tasks import Wanted, put_task
from itsm.tickets.models import TaskSort
from requests.actions.fulfilling import PATIENCE_OF_UNDOING
from requests.models import ServiceRequest, Step, StepSort, StepState
from requests.workflow import workflow

LENT = ("fulfilled", "closed_complete")


@workflow.transition(
    "extend",
    label=_l("Keep it longer"),
    source=LENT,
    target=None,
    event="service_request.extended",
    needs="requests.work",
    own=True,
)
def extend(service_request: ServiceRequest, *, actor: User) -> None:
    """Keep what was lent for longer, as often as the item allows."""
    lease = service_request.version_of_item.lease
    ends = service_request.lease_ends_at
    if ends is None or service_request.lease_ended_at or service_request.undoing:
        raise Refused(_("%(number)s is not lent.") % {"number": service_request.number})
    if service_request.lease_extensions >= lease.get("extensions", 0):
        raise Refused(_("It cannot be kept any longer; order it anew."))
    service_request.lease_ends_at = ends + timedelta(days=lease["extend_days"])
    service_request.lease_extensions += 1
    service_request.lease_remind_at = service_request.lease_ends_at - timedelta(
        days=lease["remind_days"]
    )


@transaction.atomic
def remind(*, service_request: ServiceRequest) -> None:
    """Say once that it must be given back soon."""
    held = service_request.lock()
    ends, moment = held.lease_ends_at, held.lease_remind_at
    if moment is None or moment > timezone.now() or held.lease_ended_at:
        return
    ServiceRequest.objects.filter(pk=held.pk).update(lease_remind_at=None)
    data = {"ends_at": ends.isoformat() if ends else None}
    events.publish(
        "service_request.lease_reminded", held, actor=system_user(), data=data, public=True
    )


@transaction.atomic
def reclaim(*, service_request: ServiceRequest) -> None:
    """The time is over: undo what was done, or have somebody fetch it."""
    held = service_request.lock()
    now = timezone.now()
    is_over = held.lease_ends_at is not None and held.lease_ends_at <= now
    if not is_over or held.lease_ended_at or held.undoing or held.state not in LENT:
        return
    steps = held.steps.filter(is_undo=False, state=StepState.DONE)
    if not any(each.plan.get("undo") for each in steps):
        _fetch_by_hand(held)
    ServiceRequest.objects.filter(pk=held.pk).update(
        undoing=ServiceRequest.Undoing.RETURNED, look_at=now
    )
    events.publish("service_request.reclaimed", held, actor=system_user())


def _fetch_by_hand(held: ServiceRequest) -> None:
    deadline = timezone.now() + PATIENCE_OF_UNDOING
    key = f"{held.number}:fetch:undo"
    title = _("Take back: %(what)s") % {"what": held.title}
    wanted = Wanted(
        title=title,
        sort=TaskSort.TAKING_BACK,
        team=held.team,
        due_at=deadline,
        is_automatic=True,
        key=key,
    )
    Step.objects.create(
        service_request=held,
        name="fetch",
        position=0,
        is_undo=True,
        sort=StepSort.HUMAN,
        title=title,
        plan={"inputs": {}},
        key=key,
        state=StepState.OUTSIDE,
        begun_at=timezone.now(),
        deadline=deadline,
        task=put_task(ticket=held, actor=system_user(), wanted=wanted),
    )
