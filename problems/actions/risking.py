"""Living with a cause: the risk is accepted by somebody else, and not for ever."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.approvals.actions import Question, ask, hash_of, void
from itsm.approvals.models import Approval
from itsm.approvals.selectors import approvals_of
from itsm.approvals.tables import tables
from itsm.core.errors import Invalid, Refused
from itsm.people.models import User
from itsm.tickets.actions.tasks import cancel_tasks
from itsm.tickets.fields import Day, Field
from problems.models import Problem, ResolutionCode
from problems.workflow import workflow

PURPOSE = "accept_risk"
tables.add(PURPOSE)(_l("Problem: accepting the risk"))


@workflow.transition(
    "propose_risk",
    label=_l("Accept the risk"),
    source=["rca", "fix_in_progress"],
    target=None,
    event="problem.risk_proposed",
    needs="problems.work",
    fields=[
        Field(name="reason", also="risk_reason", label=_l("Why it is not fixed"), required=True),
        Day(
            name="expires_on",
            also="risk_expires_on",
            label=_l("Until when"),
            help=_l("At most a year; then it is decided anew."),
            required=True,
        ),
    ],
)
def propose_risk(problem: Problem, *, actor: User, reason: str, expires_on: date) -> None:
    """Ask somebody else whether the cause may stay until some day."""
    _check_day(expires_on)
    problem.risk_reason, problem.risk_expires_on = reason, expires_on


@workflow.transition(
    "accept_risk",
    label=_l("Accept the risk"),
    source=["rca", "fix_in_progress"],
    target="closed",
    event="problem.risk_accepted",
    needs="problems.work",
    by_people=False,
)
def accept_risk(problem: Problem, *, actor: User) -> None:
    """Somebody who does not coordinate it has agreed to exactly this."""
    if problem.risk_expires_on is None:
        raise Refused(_("Nobody has proposed to accept the risk."))
    _check_day(problem.risk_expires_on)
    approval = approvals_of(problem).filter(purpose=PURPOSE).first()
    is_granted = approval is not None and approval.state == Approval.State.APPROVED
    if approval is None or not is_granted or approval.snapshot_hash != hash_of(picture_of(problem)):
        raise Refused(_("Nobody has agreed to this risk."))
    yes = [each for stage in approval.stages.all() for each in stage.votes.all()]
    if problem.assignee_id in {each.cast_by_id for each in yes if each.cast_by_id is not None}:
        raise Refused(_("Who coordinates it does not accept its risk."))
    problem.resolution_code = ResolutionCode.RISK_ACCEPTED
    problem.closed_at = timezone.now()
    cancel_tasks(ticket=problem, actor=actor)


def ask_to_accept(*, problem: Problem, actor: User) -> Approval:
    """Ask whoever the rules name, but never its coordinator nor who proposes it."""
    barred = {each for each in (problem.assignee_id, actor.pk) if each is not None}
    question = Question(
        ticket=problem,
        purpose=PURPOSE,
        snapshot=picture_of(problem),
        barred=barred,
        by_people_only=True,
    )
    return ask(question=question, actor=actor)


def drop_stale_question(*, problem: Problem, actor: User) -> None:
    """What is asked about has changed: the question is void, and may be asked anew."""
    pending = approvals_of(problem).filter(purpose=PURPOSE, state=Approval.State.REQUESTED).first()
    if pending is not None and pending.snapshot_hash != hash_of(picture_of(problem)):
        void(ticket=problem, actor=actor, purposes=[PURPOSE])


def picture_of(problem: Problem) -> dict[str, Any]:
    """What is judged, as plain values that hold still."""
    return {
        "title": problem.title,
        "service": problem.service.name if problem.service else None,
        "tier": problem.service.tier if problem.service else None,
        "team": problem.team.slug if problem.team else None,
        "coordinator": problem.assignee.username if problem.assignee else None,
        "cause": problem.cause,
        "reason": problem.risk_reason,
        "expires_on": problem.risk_expires_on.isoformat() if problem.risk_expires_on else None,
    }


def _check_day(day: date) -> None:
    today = timezone.localdate()
    if day <= today:
        raise Invalid(_("Choose a day that is still to come."), field="expires_on")
    if day > in_a_year(today):
        raise Invalid(_("A risk is accepted for a year at most."), field="expires_on")


def in_a_year(today: date) -> date:
    """The same day of the next year, the day before where there is none."""
    try:
        return today.replace(year=today.year + 1)
    except ValueError:
        return today.replace(year=today.year + 1, day=28)
