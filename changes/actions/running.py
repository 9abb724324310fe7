"""Making a change, and saying how that went."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from changes import selectors
from changes.actions.deciding import keep_refusal, pass_gate
from changes.actions.permitting import NOTHING, Artifact, revoke
from changes.actions.planning import not_held
from changes.models import Change, ChangeType, Outcome
from changes.workflow import is_going, workflow
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.fields import Choice, Field, Line
from itsm.tickets.models import Task, TaskSort, TaskState

TOLERANCE = timedelta(minutes=15)
WATCHED = timedelta(minutes=60)
# The more depends on a service, the longer what was done to it is watched.
WATCH_FACTOR = {1: 4, 2: 2, 3: 1, 4: 1}
MADE_AT_START = (
    (TaskSort.IMPLEMENTATION, _l("Carry out the plan")),
    (TaskSort.TESTING, _l("Test that all is well afterwards")),
)


@workflow.transition(
    "start",
    label=_l("Start work"),
    source=["scheduled"],
    target="implement",
    event="change.started",
    needs="changes.work",
    when=is_going,
    fields=[
        Line(
            name="override_reason",
            label=_l("Why although it is not its time, or something is in the way"),
            help=_l("Needed only outside the planned time or against what blocks it."),
        )
    ],
)
def start(
    change: Change,
    *,
    actor: User,
    override_reason: str = "",
    permit: str = "",
    artifact: Artifact = NOTHING,
) -> None:
    """Begin the work, in its time and past the gate, or with a reason."""
    not_held(change)
    if not override_reason:
        _check_time(change)
        pass_gate(change=change, actor=actor, code=permit, artifact=artifact)
    elif not actor.has_perm("changes.manage"):
        raise Refused(
            _("Only a process manager starts it against the plan."), field="override_reason"
        )
    else:
        revoke(change=change, actor=actor, why="overridden")
    change.actual_start = timezone.now()
    if not change.tasks.exists():
        Task.objects.bulk_create(
            Task(ticket=change, sort=sort, title=str(title), is_automatic=True, position=place)
            for place, (sort, title) in enumerate(MADE_AT_START)
        )


def _check_time(change: Change) -> None:
    now = timezone.now()
    assert change.planned_start is not None  # noqa: S101 submitted with a time
    assert change.planned_end is not None  # noqa: S101 submitted with a time
    if not change.planned_start - TOLERANCE <= now <= change.planned_end + TOLERANCE:
        raise Refused(
            _("It is not the time of %(number)s; say why it cannot wait.")
            % {"number": change.number},
            field="override_reason",
        )


def start_with_permit(*, change: Change, actor: User, permit: str, artifact: Artifact) -> Change:
    """Begin the work as a pipeline does: with the permit it was given, for what it brings."""
    try:
        started: Change = start(change, actor=actor, permit=permit, artifact=artifact)
    except (Invalid, NotAllowed):
        raise
    except Refused:
        keep_refusal(change=change, actor=actor, code=permit, artifact=artifact)
        raise
    return started


@workflow.transition(
    "complete",
    label=_l("Complete"),
    source=["implement"],
    target="review",
    event="change.completed",
    needs="changes.work",
    fields=[
        Choice(name="outcome", label=_l("How did it go?"), required=True, choices=Outcome.choices),
        Field(name="notes", label=_l("What happened"), max_length=5000),
    ],
)
def complete(change: Change, *, actor: User, outcome: str, notes: str = "") -> None:
    """The work is over; what was done is watched for a while."""
    if outcome != Outcome.OK and not notes:
        raise Invalid(_("Say what happened."), field="notes")
    waiting = [each for each in selectors.open_tasks_of(change) if not each.is_automatic]
    if waiting:
        raise Refused(
            _("Finish or cancel the task “%(title)s” first.") % {"title": waiting[0].title}
        )
    settled = TaskState.DONE if outcome == Outcome.OK else TaskState.CANCELED
    change.tasks.filter(is_automatic=True).exclude(
        state__in=(TaskState.DONE, TaskState.CANCELED)
    ).update(state=settled)
    change.close_notes = notes
    note_end(change, outcome)
    if needs_review(change):
        Task.objects.create(
            ticket=change,
            sort=TaskSort.REVIEW,
            title=_("Write the post-implementation review"),
            is_automatic=True,
            position=change.tasks.count(),
        )


def note_end(change: Change, outcome: str) -> None:
    """Keep how the work went and when it was over, and until when its service is watched."""
    change.outcome = outcome
    change.actual_end = change.resolved_at = timezone.now()
    tier = change.service.tier if change.service else 3
    change.watch_until = change.actual_end + WATCHED * WATCH_FACTOR.get(tier, 1)


def needs_review(change: Change) -> bool:
    """Whether a post-implementation review is owed before it is closed."""
    is_unusual = change.type in (ChangeType.EMERGENCY, ChangeType.UNAUTHORISED)
    return is_unusual or change.outcome != Outcome.OK or change.incidents_caused.exists()
