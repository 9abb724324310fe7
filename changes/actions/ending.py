"""How changes end, and how they wait."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from changes.actions.running import needs_review
from changes.models import Change, CloseCode, Outcome
from changes.workflow import OPEN, is_going, is_held, workflow
from itsm.core.errors import Invalid, Refused
from itsm.people.models import User
from itsm.tickets.fields import Choice, Field
from itsm.tickets.models import OPEN_STATES, TaskSort, TaskState

# What may be said of a change that went so.
CODES = {
    Outcome.OK.value: (CloseCode.SUCCESSFUL, CloseCode.SUCCESSFUL_WITH_ISSUES),
    Outcome.FAILED.value: (CloseCode.UNSUCCESSFUL, CloseCode.SUCCESSFUL_WITH_ISSUES),
    Outcome.ROLLED_BACK.value: (CloseCode.ROLLED_BACK, CloseCode.NOT_IMPLEMENTED),
}


@workflow.transition(
    "close",
    label=_l("Close"),
    source=["review"],
    target="closed",
    event="change.closed",
    needs="changes.work",
    fields=[
        Choice(
            name="code",
            also="close_code",
            label=_l("What is said of it in the end?"),
            required=True,
            choices=CloseCode.choices,
        ),
        Field(
            name="notes", also="close_notes", label=_l("What remains to be known"), required=True
        ),
        Field(
            name="review",
            also="review_notes",
            label=_l("Review: what was expected, what happened, what is learned"),
            help=_l("Needed after an emergency, a failure or an incident it caused."),
        ),
    ],
)
def close(change: Change, *, actor: User, code: str, notes: str, review: str = "") -> None:
    """Say what is to be remembered of the change."""
    if change.outcome and code not in CODES[change.outcome]:
        raise Invalid(_("That does not agree with how the work went."), field="code")
    has_confirmed = change.incidents_caused.filter(caused_by_provenance="confirmed").exists()
    if code == CloseCode.SUCCESSFUL and has_confirmed:
        raise Invalid(_("It caused an incident: it was successful with issues."), field="code")
    if needs_review(change) and not review:
        raise Invalid(_("Write the review first."), field="review")
    if any(each.is_open() and not each.is_automatic for each in change.tasks.all()):
        raise Refused(_("Finish or cancel its open tasks first."))
    change.tasks.filter(sort=TaskSort.REVIEW, is_automatic=True).update(state=TaskState.DONE)
    change.close_code, change.close_notes = code, notes
    change.closed_at = timezone.now()
    if review:
        change.review_notes, change.reviewed_at = review, change.closed_at


@workflow.transition(
    "cancel",
    label=_l("Cancel"),
    source=["new", "assess", "authorize", "scheduled", "implement"],
    target="canceled",
    event="change.canceled",
    needs="changes.work",
    fields=[Field(name="reason", label=_l("Why"), required=True, max_length=500)],
)
def cancel(change: Change, *, actor: User, reason: str) -> None:
    """Give it up."""
    change.on_hold, change.hold_reason = False, ""
    change.cancel_reason = reason
    change.closed_at = timezone.now()
    change.tasks.filter(state__in=OPEN_STATES).update(state=TaskState.CANCELED)


@workflow.transition(
    "hold",
    label=_l("Put on hold"),
    source=OPEN,
    target=None,
    event="change.paused",
    needs="changes.work",
    when=is_going,
    fields=[Field(name="reason", label=_l("Why"), required=True, max_length=250)],
)
def hold(change: Change, *, actor: User, reason: str) -> None:
    """Let nothing happen to it until it is released; only cancelling remains."""
    if change.on_hold:
        raise Refused(_("%(number)s is on hold already.") % {"number": change.number})
    change.on_hold, change.hold_reason = True, reason


@workflow.transition(
    "release",
    label=_l("Release"),
    source=OPEN,
    target=None,
    event="change.released",
    needs="changes.work",
    when=is_held,
)
def release(change: Change, *, actor: User) -> None:
    """Let it go on from where it stood."""
    if not change.on_hold:
        raise Refused(_("%(number)s is not on hold.") % {"number": change.number})
    change.on_hold, change.hold_reason = False, ""
