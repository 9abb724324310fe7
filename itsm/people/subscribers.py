"""What people are written about their own account."""

from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.people.actions.mail import send_confirmation
from itsm.people.actions.passwords import answer_reset
from itsm.people.selectors import person_with_id, reset_request


@on("reset.requested", moment=Moment.AFTER)
def send_link(event: Event) -> None:
    """Send the link for a new password to whoever asked, if there is such a person."""
    asked = reset_request(event.subject_id)
    if asked is not None:
        answer_reset(asked=asked)


@on("user.email_requested", moment=Moment.AFTER)
def send_email_link(event: Event) -> None:
    """Write to the address that somebody wants to have."""
    user = person_with_id(event.subject_id)
    if user is not None and user.is_active:
        send_confirmation(user=user, email=event.data["email"])
