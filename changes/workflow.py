"""The states of a change."""

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
