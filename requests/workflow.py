"""The states of a service request."""

from django.utils.translation import gettext_lazy as _

from itsm.tickets.models import Phase
from itsm.tickets.workflow import State, Workflow

workflow = Workflow(
    "service_request",
    prefix="RITM",
    states={
        "draft": State(Phase.NEW, _("Draft")),
        "submitted": State(Phase.NEW, _("Submitted")),
        "awaiting_approval": State(Phase.WAITING, _("Awaiting approval")),
        "approved": State(Phase.ACTIVE, _("Approved")),
        "fulfilling": State(Phase.ACTIVE, _("Being fulfilled")),
        "pending": State(Phase.WAITING, _("Pending")),
        "failed": State(Phase.ACTIVE, _("A step failed")),
        "fulfilled": State(Phase.RESOLVED, _("Fulfilled")),
        "closed_complete": State(Phase.CLOSED, _("Closed, complete")),
        "closed_incomplete": State(Phase.CLOSED, _("Closed, incomplete")),
        "closed_skipped": State(Phase.CLOSED, _("Closed, not needed")),
        "rejected": State(Phase.CLOSED, _("Rejected")),
        "canceled": State(Phase.CLOSED, _("Canceled")),
    },
)

BEFORE_WORK = ("draft", "submitted", "awaiting_approval", "approved")
AT_WORK = ("fulfilling", "pending", "failed")
# What counts against a person's share of an item.
HELD = ("submitted", "awaiting_approval", "approved", *AT_WORK, "fulfilled", "closed_complete")
