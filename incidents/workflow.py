"""The states of an incident."""

from django.utils.translation import gettext_lazy as _

from itsm.tickets.models import Phase
from itsm.tickets.workflow import State, Workflow

workflow = Workflow(
    "incident",
    prefix="INC",
    states={
        "new": State(Phase.NEW, _("New")),
        "in_progress": State(Phase.ACTIVE, _("In progress")),
        "on_hold": State(Phase.WAITING, _("On hold")),
        "resolved": State(Phase.RESOLVED, _("Resolved")),
        "closed": State(Phase.CLOSED, _("Closed")),
        "canceled": State(Phase.CLOSED, _("Canceled")),
    },
    editable=(
        "category", "subcategory", "impact_started_at", "detected_at", "mitigated_at", "problem",
        "workaround_used",
    ),
)  # fmt: skip

OPEN = ("new", "in_progress", "on_hold")
