"""The road of an approved request to what was ordered."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Invalid, Refused
from itsm.people.models import Team, User
from itsm.people.selectors import system_user
from itsm.sla.business_time import add_working_days
from itsm.sla.selectors import default_week
from itsm.tickets.actions.assigning import GIVE_BACK_FIELDS, GIVE_FIELDS, give, give_back
from itsm.tickets.actions.tasks import Wanted, put_task
from itsm.tickets.fields import Field, Instant, Line
from itsm.tickets.models import TaskSort
from requests.actions.agreeing import drift
from requests.actions.ordering import plan_now
from requests.models import ServiceRequest, Step, StepState
from requests.planning import hash_of
from requests.questions import Answers
from requests.workflow import AT_WORK, workflow

CONFIRMED_AFTER = 5  # business days
LONGEST_WAIT = timedelta(days=90)
USUAL_WAIT = timedelta(days=7)
REPAIRED_WITHIN = timedelta(days=14)
OPEN = ("submitted", "awaiting_approval", "approved", *AT_WORK, "fulfilled")


@transaction.atomic
def begin(*, service_request: ServiceRequest) -> None:
    """Start the work, if what would be done is what was agreed to; otherwise ask anew."""
    locked = service_request.lock()
    if locked.state != "approved":
        return
    if hash_of(plan_now(locked)) == locked.approved_hash:
        start(locked, actor=system_user())
    else:
        drift(locked, actor=system_user())


@workflow.transition(
    "start",
    label=_l("Start"),
    source=["approved"],
    target="fulfilling",
    event="service_request.started",
    needs="requests.work",
    by_people=False,
)
def start(service_request: ServiceRequest, *, actor: User) -> None:
    """Write down the steps of the plan; from now on they are taken."""
    if hash_of(plan_now(service_request)) != service_request.approved_hash:
        raise Refused(_("What would be done is not what was agreed to."))
    service_request.executed_hash = service_request.approved_hash
    service_request.begun_at = service_request.look_at = timezone.now()
    Step.objects.bulk_create(
        Step(
            service_request=service_request,
            name=each["name"],
            position=place,
            sort=each["type"],
            title=each["title"],
            plan=each,
            key=f"{service_request.number}:{each['name']}",
        )
        for place, each in enumerate(service_request.plan["steps"])
    )


@workflow.transition(
    "hold",
    label=_l("Put on hold"),
    source=["fulfilling"],
    target="pending",
    event="service_request.paused",
    needs="requests.work",
    fields=[
        Line(name="reason", label=_l("What it waits for"), required=True),
        Instant(name="resume_at", label=_l("Until when"), help=_l("A week where nothing is said.")),
    ],
)
def hold(
    service_request: ServiceRequest, *, actor: User, reason: str, resume_at: datetime | None = None
) -> None:
    """Take no further step until it is resumed, which happens by itself in the end."""
    now = timezone.now()
    until = resume_at or now + USUAL_WAIT
    if service_request.undoing:
        raise Refused(_("It is being taken back."))
    if not now < until <= now + LONGEST_WAIT:
        raise Invalid(_("Choose a time within ninety days."), field="resume_at")
    service_request.pending_reason, service_request.resume_at = reason, until


@workflow.transition(
    "resume",
    label=_l("Go on"),
    source=["pending"],
    target="fulfilling",
    event="service_request.resumed",
    needs="requests.work",
)
def resume(service_request: ServiceRequest, *, actor: User) -> None:
    """Go on with its steps."""
    service_request.pending_reason, service_request.resume_at = "", None
    service_request.look_at = timezone.now()


@workflow.transition(
    "fail",
    label=_l("Say that a step failed"),
    source=["fulfilling"],
    target="failed",
    event="service_request.failed",
    needs="requests.work",
    by_people=False,
    public=False,
)
def fail(service_request: ServiceRequest, *, actor: User) -> None:
    """A step could not be done: somebody must mend it, or take back what was done."""


@workflow.transition(
    "repair",
    label=_l("Do it by hand"),
    source=["failed"],
    target="fulfilling",
    event="service_request.repaired",
    needs="requests.work",
    public=False,
    fields=[Field(name="notes", label=_l("What to know"), max_length=2000)],
)
def repair(service_request: ServiceRequest, *, actor: User, notes: str = "") -> None:
    """Have somebody do by hand what failed; then it goes on."""
    now = timezone.now()
    for step in service_request.steps.filter(is_undo=False, state=StepState.FAILED):
        wanted = Wanted(
            title=_("By hand: %(what)s") % {"what": step.title},
            sort=TaskSort.REPAIR,
            notes="\n\n".join(filter(None, (notes, step.error))),
            team=service_request.team,
            due_at=now + REPAIRED_WITHIN,
            is_automatic=True,
            key=f"{step.key}:repair:{step.attempts}",
        )
        step.task = put_task(ticket=service_request, actor=actor, wanted=wanted)
        step.state, step.due_at, step.deadline = StepState.OUTSIDE, None, now + REPAIRED_WITHIN
        step.ended_at = None
        step.attempts += 1
        step.save()
    service_request.look_at = now


@workflow.transition(
    "fulfil",
    label=_l("Fulfil"),
    source=["fulfilling"],
    target=["fulfilled", "closed_skipped"],
    event="service_request.fulfilled",
    needs="requests.work",
    by_people=False,
)
def fulfil(service_request: ServiceRequest, *, actor: User) -> str:
    """Every step is done; whoever ordered it has some days to object."""
    now = timezone.now()
    steps = service_request.steps.filter(is_undo=False)
    if steps.exclude(state__in=(StepState.DONE, StepState.SKIPPED)).exists():
        raise Refused(_("Some of its steps are still to be done."))
    service_request.look_at = None
    if not steps.exclude(state=StepState.SKIPPED).exists():
        service_request.closed_at = now
        return "closed_skipped"
    service_request.resolved_at = now
    service_request.confirm_by = add_working_days(default_week(), now, CONFIRMED_AFTER)
    lease = service_request.version_of_item.lease
    ends = _lease_end(lease, service_request.answers, now)
    service_request.lease_ends_at = ends
    if ends is not None and lease["remind_days"]:
        service_request.lease_remind_at = ends - timedelta(days=lease["remind_days"])
    return "fulfilled"


def _lease_end(lease: Answers, answers: Answers, now: datetime) -> datetime | None:
    if lease.get("days"):
        return now + timedelta(days=lease["days"])
    if until := answers.get(lease.get("until", "")):
        day = datetime.fromisoformat(until) + timedelta(days=1)
        return max(timezone.make_aware(day), now)
    return None


@workflow.transition(
    "assign",
    label=_l("Assign"),
    source=OPEN,
    target=None,
    event="service_request.assigned",
    needs="requests.work",
    public=False,
    fields=GIVE_FIELDS,
)
def assign(
    service_request: ServiceRequest,
    *,
    actor: User,
    team: Team | None = None,
    assignee: User | None = None,
) -> None:
    """Give the request to a team, a person, or both."""
    give(service_request, team=team, assignee=assignee)


@workflow.transition(
    "unassign",
    label=_l("Unassign"),
    source=OPEN,
    target=None,
    event="service_request.unassigned",
    needs="requests.work",
    public=False,
    fields=GIVE_BACK_FIELDS,
)
def unassign(service_request: ServiceRequest, *, actor: User, team: bool = False) -> None:
    """Give the request back: nobody has it until somebody takes it."""
    give_back(service_request, team=team)
