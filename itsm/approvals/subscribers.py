"""How messages about approvals are answered."""

from django.urls import reverse

from itsm.approvals import selectors
from itsm.approvals.links import token_for
from itsm.core.models import Event
from itsm.people.models import User
from itsm.tickets.answers import answers


@answers.add("approval_asked")
@answers.add("approval_reminded")
@answers.add("approval_escalated")
def address_for(event: Event, user: User) -> str:
    """The address at which a person answers what an event asks; empty when he is asked no more."""
    stage = selectors.stage_with(event.data.get("stage"))
    if stage is None or not selectors.is_asked(user, stage):
        return ""
    return reverse("approval-link", args=[token_for(user, stage)])
