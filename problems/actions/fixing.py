"""The road from a known cause to a problem that is over."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Invalid, Refused
from itsm.people.models import User
from itsm.tickets.actions.tasks import cancel_tasks
from itsm.tickets.fields import Field, Number
from problems.models import Problem, ResolutionCode
from problems.selectors import fixes_of, is_reviewed, recurred_after, unfinished_fixes
from problems.workflow import workflow

USUAL_OBSERVATION = 14  # days it must stay quiet


@workflow.transition(
    "fix",
    label=_l("Fix it"),
    source=["rca"],
    target="fix_in_progress",
    event="problem.fix_started",
    needs="problems.work",
    fields=[
        Field(
            name="cause",
            also="cause",
            label=_l("Root cause"),
            help=_l("Needed unless it is written down already."),
            max_length=50_000,
        )
    ],
)
def fix(problem: Problem, *, actor: User, cause: str = "") -> None:
    """The cause is known: see that it is removed."""
    problem.cause = cause or problem.cause
    if not problem.cause.strip():
        raise Invalid(_("Write down the cause first."), field="cause")


@workflow.transition(
    "resolve",
    label=_l("Resolve"),
    source=["fix_in_progress"],
    target="resolved",
    event="problem.resolved",
    needs="problems.work",
    fields=[
        Field(name="notes", also="fix_notes", label=_l("What was done"), required=True),
        Field(
            name="no_change_reason",
            also="no_change_reason",
            label=_l("Why it took no change"),
            help=_l("Needed only if no change is linked as its fix."),
            max_length=500,
        ),
        Number(
            name="observe_days",
            label=_l("Days it must stay quiet before it is closed"),
            help=_l("14 when left out."),
            least=1,
            most=365,
        ),
    ],
)
def resolve(
    problem: Problem,
    *,
    actor: User,
    notes: str,
    no_change_reason: str = "",
    observe_days: int | None = None,
) -> None:
    """It is fixed: now it must stay quiet for a while."""
    if unfinished := unfinished_fixes(problem):
        raise Refused(
            _("Wait until %(numbers)s is closed as successful, or take the link away.")
            % {"numbers": ", ".join(unfinished)}
        )
    if not (no_change_reason or fixes_of(problem).exists()):
        raise Invalid(
            _("Link the change that fixed it, or say why it took none."), field="no_change_reason"
        )
    now = timezone.now()
    problem.resolution_code = ResolutionCode.FIX_APPLIED
    problem.fix_notes, problem.no_change_reason = notes, no_change_reason
    problem.resolved_at = now
    problem.observe_until = now + timedelta(days=observe_days or USUAL_OBSERVATION)


@workflow.transition(
    "close",
    label=_l("Close"),
    source=["resolved"],
    target="closed",
    event="problem.closed",
    needs="problems.work",
)
def close(problem: Problem, *, actor: User) -> None:
    """It stayed quiet: it is over."""
    until = problem.observe_until
    if until is None or until > timezone.now():
        raise Refused(
            _("It is watched until %(when)s whether it happens again.")
            % {"when": timezone.localtime(until).strftime("%Y-%m-%d %H:%M") if until else "–"}
        )
    if recurred_after(problem):
        raise Refused(_("It happened again after it was resolved: analyse it again."))
    if problem.major and not is_reviewed(problem):
        raise Refused(_("It is a major problem: hold its review first."))
    problem.closed_at = timezone.now()
    problem.observe_until = None
    cancel_tasks(ticket=problem, actor=actor)
