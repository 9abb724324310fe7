"""What people are written about their own account."""

from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.people.actions.passwords import answer_reset
from itsm.people.selectors import reset_request


@on("reset.requested", moment=Moment.AFTER)
def send_link(event: Event) -> None:
    """Send the link for a new password to whoever asked, if there is such a person."""
    asked = reset_request(event.subject_id)
    if asked is not None:
        answer_reset(asked=asked)
