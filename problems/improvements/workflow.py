"""The states of an improvement."""

from django.utils.translation import gettext_lazy as _

from itsm.tickets.models import Phase
from itsm.tickets.workflow import State, Workflow

workflow = Workflow(
    "improvement",
    prefix="CIR",
    states={
        "new": State(Phase.NEW, _("New")),
        "accepted": State(Phase.ACTIVE, _("Accepted")),
        "assess": State(Phase.ACTIVE, _("Assess")),
        "approved": State(Phase.ACTIVE, _("Approved")),
        "in_progress": State(Phase.ACTIVE, _("In progress")),
        "on_hold": State(Phase.WAITING, _("On hold")),
        "review": State(Phase.ACTIVE, _("Review")),
        "closed": State(Phase.CLOSED, _("Closed")),
        "closed_incomplete": State(Phase.CLOSED, _("Closed incomplete")),
    },
    editable=("hypothesis", "origin"),
)

OPEN = ("new", "accepted", "assess", "approved", "in_progress", "on_hold", "review")
