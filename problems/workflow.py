"""The states of a problem."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.tickets.models import Phase
from itsm.tickets.priority import priority_of
from itsm.tickets.workflow import State, Workflow
from problems.burden import priority_by_burden


def priority_for(problem: Any) -> int:
    """The more urgent of what people say and of what its incidents cost."""
    said = priority_of(problem.impact, problem.urgency)
    # Who says "me too" would else have opened an incident.
    counted = priority_by_burden(
        open_incidents=problem.open_incidents + problem.sufferer_count,
        minutes_lost=problem.minutes_lost,
    )
    return min(said, counted)


workflow = Workflow(
    "problem",
    prefix="PRB",
    states={
        "new": State(Phase.NEW, _("New")),
        "assess": State(Phase.ACTIVE, _("Assess")),
        "rca": State(Phase.ACTIVE, _("Root cause analysis")),
        "fix_in_progress": State(Phase.ACTIVE, _("Fix in progress")),
        "resolved": State(Phase.RESOLVED, _("Resolved")),
        "closed": State(Phase.CLOSED, _("Closed")),
        "canceled": State(Phase.CLOSED, _("Canceled")),
    },
    editable=(
        *("symptoms", "cause", "cause_category", "origin"),
        *("workaround", "caller_summary", "caller_advice", "major"),
    ),
    priority=priority_for,
)

OPEN = ("new", "assess", "rca", "fix_in_progress")
ENDED = ("resolved", "closed", "canceled")


def still_hurts(problem: Any) -> bool:
    """Whether people must live with a problem: it is open, or its risk was accepted."""
    return bool(problem.state in OPEN or problem.resolution_code == "risk_accepted")


def is_known_error(problem: Any) -> bool:
    """Whether its cause or workaround was published."""
    return problem.known_error_at is not None


def is_hurting_known_error(problem: Any) -> bool:
    """Whether it is published and people must live with it."""
    return is_known_error(problem) and still_hurts(problem)
