"""What is delivered without leave: noted as what it is, and reviewed."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from changes.actions.running import note_end
from changes.models import Change, ChangeType, Outcome
from changes.workflow import BEFORE_WORK, workflow
from itsm.people.models import User
from itsm.tickets.fields import Choice, Field
from itsm.tickets.models import Task, TaskSort


@workflow.transition(
    "bypass",
    label=_l("Done without leave"),
    source=BEFORE_WORK,
    target="review",
    event="change.bypassed",
    needs="changes.work",
    by_people=False,
    fields=[
        Choice(name="outcome", required=True, choices=Outcome.choices),
        Field(name="reason", required=True, max_length=5000),
    ],
)
def bypass(change: Change, *, actor: User, outcome: str, reason: str) -> None:
    """It went out although it was not allowed to: it counts as unauthorised from now on."""
    change.type = ChangeType.UNAUTHORISED
    change.on_hold, change.hold_reason = False, ""
    change.actual_start = change.actual_start or timezone.now()
    change.close_notes = reason
    note_end(change, outcome)
    Task.objects.create(
        ticket=change,
        sort=TaskSort.REVIEW,
        title=_("Write the post-implementation review"),
        is_automatic=True,
        position=change.tasks.count(),
    )
