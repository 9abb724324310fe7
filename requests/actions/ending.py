"""How requests end, and how what was done for them is taken back."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.approvals.actions import void
from itsm.core.errors import Refused
from itsm.people.models import User
from itsm.tickets.actions.tasks import cancel_tasks
from itsm.tickets.fields import Field
from requests.models import ServiceRequest, StepSort, StepState
from requests.workflow import AT_WORK, BEFORE_WORK, workflow


@workflow.transition(
    "confirm",
    label=_l("Confirm"),
    source=["fulfilled"],
    target="closed_complete",
    event="service_request.closed",
    needs="requests.work",
    own=True,
)
def confirm(service_request: ServiceRequest, *, actor: User) -> None:
    """Say that it is as it was ordered; nobody objecting comes to the same."""
    service_request.closed_at = timezone.now()
    service_request.confirm_by = None


@workflow.transition(
    "cancel",
    label=_l("Cancel"),
    source=[*BEFORE_WORK, *AT_WORK],
    target=["canceled", "fulfilling"],
    event="service_request.canceled",
    needs="requests.work",
    own=True,
    fields=[Field(name="reason", label=_l("Why"), max_length=500)],
)
def cancel(service_request: ServiceRequest, *, actor: User, reason: str = "") -> str:
    """Want it no more: before the work began it is over, after that what was done is undone."""
    if service_request.undoing:
        raise Refused(_("It is being taken back already."))
    service_request.reason = reason
    if service_request.state in BEFORE_WORK:
        service_request.closed_at = timezone.now()
        service_request.look_at = None
        return "canceled"
    undo(service_request, ServiceRequest.Undoing.CANCELED, actor=actor)
    return "fulfilling"


@workflow.transition(
    "compensate",
    label=_l("Give it up, take back what was done"),
    source=["failed"],
    target="fulfilling",
    event="service_request.abandoned",
    needs="requests.work",
    public=False,
    fields=[Field(name="reason", label=_l("Why"), max_length=500)],
)
def compensate(service_request: ServiceRequest, *, actor: User, reason: str = "") -> None:
    """Give it up: what was done is undone, then it is closed as incomplete."""
    service_request.reason = reason
    undo(service_request, ServiceRequest.Undoing.GIVEN_UP, actor=actor)


@workflow.transition(
    "settle",
    label=_l("Settle"),
    source=["fulfilling"],
    target=["canceled", "closed_incomplete"],
    event="service_request.settled",
    needs="requests.work",
    by_people=False,
)
def settle(service_request: ServiceRequest, *, actor: User) -> str:
    """What was done has been undone: it ends as it was meant to."""
    ends = service_request.undoing
    if ends not in (ServiceRequest.Undoing.CANCELED, ServiceRequest.Undoing.GIVEN_UP):
        raise Refused(_("Nothing of it is being taken back."))
    service_request.undoing, service_request.look_at = "", None
    service_request.closed_at = timezone.now()
    return str(ends)


@workflow.transition(
    "skip",
    label=_l("Not needed"),
    source=["submitted", "awaiting_approval", "approved"],
    target="closed_skipped",
    event="service_request.skipped",
    needs="requests.work",
    fields=[Field(name="reason", label=_l("Why"), required=True, max_length=500)],
)
def skip(service_request: ServiceRequest, *, actor: User, reason: str) -> None:
    """Say that it need not be done, as when it is there already."""
    service_request.reason = reason
    service_request.closed_at = timezone.now()
    service_request.look_at = None


def undo(service_request: ServiceRequest, ends_as: ServiceRequest.Undoing, *, actor: User) -> None:
    """Let nothing more be done, and have what was done taken back; the engine sees to it."""
    service_request.undoing = ends_as
    service_request.pending_reason, service_request.resume_at = "", None
    service_request.look_at = timezone.now()
    forward = service_request.steps.filter(is_undo=False)
    forward.filter(state=StepState.WAITING).update(state=StepState.CANCELED)
    # What runs inside a system is waited for: only what waits for people or time can be stopped.
    outside = forward.filter(state=StepState.OUTSIDE)
    stopped = outside.exclude(sort=StepSort.RUNBOOK) | outside.filter(task__isnull=False)
    stopped.update(state=StepState.CANCELED, ended_at=timezone.now())
    cancel_tasks(ticket=service_request, actor=actor)
    void(ticket=service_request, actor=actor)
