"""Known errors: what is known of a cause, or helps meanwhile, told to those who need it."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Invalid, Refused
from itsm.people.models import User
from itsm.tickets.fields import Field, Line
from problems.models import Problem
from problems.workflow import OPEN, is_hurting_known_error, still_hurts, workflow

PUBLISHED_IN = (*OPEN, "closed")


@workflow.transition(
    "publish_workaround",
    label=_l("Publish a workaround"),
    source=PUBLISHED_IN,
    target=None,
    event="problem.workaround_published",
    needs="problems.work",
    when=still_hurts,
    fields=[
        Field(
            name="workaround",
            also="workaround",
            label=_l("Workaround, for agents"),
            help=_l("It is written on every open incident of the problem."),
        ),
        Line(
            name="caller_summary",
            also="caller_summary",
            label=_l("The trouble in a few words, for callers"),
            help=_l("Without it callers are shown nothing. No names, no internals."),
            max_length=120,
        ),
        Field(
            name="caller_advice",
            also="caller_advice",
            label=_l("What callers can do"),
            help=_l("Those who wait are told, and everybody who is about to report the same."),
            max_length=5_000,
        ),
    ],
)
def publish_workaround(
    problem: Problem,
    *,
    actor: User,
    workaround: str = "",
    caller_summary: str = "",
    caller_advice: str = "",
) -> None:
    """Tell what helps until it is fixed; what was counted of other words begins anew."""
    _check_hurts(problem)
    text = workaround or problem.workaround
    if not text.strip():
        raise Invalid(_("Write down what helps."), field="workaround")
    if text != problem.workaround or problem.workaround_written_at is None:
        problem.workaround_written_at = timezone.now()
        problem.workaround_successes = problem.workaround_failures = 0
        problem.workaround_verified_by = problem.workaround_last_used_at = None
    problem.workaround = text
    problem.caller_summary = caller_summary or problem.caller_summary
    problem.caller_advice = caller_advice or problem.caller_advice
    if bool(problem.caller_summary) != bool(problem.caller_advice):
        raise Invalid(
            _("Callers need both: what it is, and what they can do."),
            field="caller_advice" if problem.caller_summary else "caller_summary",
        )
    problem.workaround_published_at = timezone.now()
    problem.known_error_at = problem.known_error_at or problem.workaround_published_at


@workflow.transition(
    "publish_cause",
    label=_l("Publish the cause"),
    source=PUBLISHED_IN,
    target=None,
    event="problem.cause_published",
    needs="problems.work",
    when=still_hurts,
    fields=[Field(name="cause", also="cause", label=_l("Root cause"), max_length=50_000)],
)
def publish_cause(problem: Problem, *, actor: User, cause: str = "") -> None:
    """Tell agents what is behind it."""
    _check_hurts(problem)
    problem.cause = cause or problem.cause
    if not problem.cause.strip():
        raise Invalid(_("Write down the cause first."), field="cause")
    problem.cause_published_at = timezone.now()
    problem.known_error_at = problem.known_error_at or problem.cause_published_at


@workflow.transition(
    "withdraw",
    label=_l("Withdraw the known error"),
    source=PUBLISHED_IN,
    target=None,
    event="problem.unpublished",
    needs="problems.work",
    when=is_hurting_known_error,
    fields=[Field(name="reason", label=_l("Why"), required=True, max_length=500)],
)
def withdraw(problem: Problem, *, actor: User, reason: str) -> None:
    """What was published is not right: nobody is shown it any more."""
    if not is_hurting_known_error(problem):
        raise Refused(_("%(number)s is not published.") % {"number": problem.number})
    problem.known_error_at = None
    problem.cause_published_at = problem.workaround_published_at = None


def _check_hurts(problem: Problem) -> None:
    if not still_hurts(problem):
        raise Refused(
            _("%(number)s is over; nothing is to be published.") % {"number": problem.number}
        )
