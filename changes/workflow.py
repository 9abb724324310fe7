"""The states of a change."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from itsm.tickets.models import Phase
from itsm.tickets.workflow import State, Workflow

# What is weighed when a change is judged: to alter it voids what was decided.
MATERIAL = frozenset(
    {
        "type", "category", "environment", "planned_start", "planned_end", "outage_expected",
        "implementation_plan", "test_plan", "backout_plan", "backout_tested", "irreversible",
        "answers", "artifact_digest", "service", "configuration_items",
    }
)  # fmt: skip

TIME = frozenset({"planned_start", "planned_end"})

workflow = Workflow(
    "change",
    prefix="CHG",
    states={
        "new": State(Phase.NEW, _("New")),
        "assess": State(Phase.ACTIVE, _("Assess")),
        "authorize": State(Phase.ACTIVE, _("Authorize")),
        "scheduled": State(Phase.WAITING, _("Scheduled")),
        "implement": State(Phase.ACTIVE, _("Implement")),
        "review": State(Phase.RESOLVED, _("Review")),
        "closed": State(Phase.CLOSED, _("Closed")),
        "canceled": State(Phase.CLOSED, _("Canceled")),
    },
    editable=MATERIAL | {"reason"},
)

BEFORE_WORK = ("new", "assess", "authorize", "scheduled")
OPEN = (*BEFORE_WORK, "implement", "review")


def is_held(change: Any) -> bool:
    """Whether nothing but releasing or cancelling it may happen to a change."""
    return bool(change.on_hold)


def is_going(change: Any) -> bool:
    """Whether a change is not on hold."""
    return not is_held(change)
