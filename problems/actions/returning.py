"""How problems come back: somebody doubts, it happens again, or an accepted risk runs out."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.errors import Refused
from itsm.people.models import User
from itsm.tickets.fields import Field
from problems.models import Problem, ResolutionCode
from problems.workflow import ENDED, workflow


@workflow.transition(
    "reanalyze",
    label=_l("Analyse again"),
    source=ENDED,
    target="rca",
    event="problem.reanalyzed",
    needs="problems.manage",
    fields=[Field(name="reason", label=_l("Why"), required=True, max_length=500)],
)
def reanalyze(problem: Problem, *, actor: User, reason: str) -> None:
    """Look for the cause again, whatever was said of it."""
    _begin_again(problem)


@workflow.transition(
    "recur",
    label=_l("It happened again"),
    source=ENDED,
    target="rca",
    event="problem.recurred",
    needs="problems.work",
    by_people=False,
)
def recur(problem: Problem, *, actor: User, incident: str = "") -> None:
    """It happened again although it was held to be over; an accepted risk may well come true."""
    if problem.resolution_code in (ResolutionCode.RISK_ACCEPTED, ResolutionCode.DUPLICATE):
        raise Refused(_("%(number)s was not fixed.") % {"number": problem.number})
    problem.recurrences += 1
    _begin_again(problem)


@workflow.transition(
    "expire_risk",
    label=_l("The accepted risk has expired"),
    source=["closed"],
    target="rca",
    event="problem.risk_expired",
    needs="problems.work",
    by_people=False,
)
def expire_risk(problem: Problem, *, actor: User) -> None:
    """The risk was accepted until today: it is decided anew."""
    expires = problem.risk_expires_on
    is_accepted = problem.resolution_code == ResolutionCode.RISK_ACCEPTED
    if not is_accepted or expires is None or expires > timezone.localdate():
        raise Refused(_("No accepted risk of %(number)s is over.") % {"number": problem.number})
    _begin_again(problem)


def _begin_again(problem: Problem) -> None:
    problem.resolution_code = problem.cancel_reason = problem.risk_reason = ""
    problem.resolved_at = problem.closed_at = None
    problem.observe_until = problem.risk_expires_on = None
