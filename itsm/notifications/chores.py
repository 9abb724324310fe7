"""What of telling is done by the clock."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from itsm.core.chores import chore
from itsm.notifications import actions, lanes


@chore(every=timedelta(seconds=5))
def send_due() -> None:
    """Send what waited for the end of quiet hours, for a digest, or for a target to come back."""
    lanes.wake()


@chore(every=timedelta(hours=1))
def forget_old_messages() -> None:
    """Keep the log of messages from growing for ever."""
    if settings.MESSAGE_LOG_DAYS:
        before = timezone.now() - timedelta(settings.MESSAGE_LOG_DAYS)
        actions.forget_messages(before=before)
        actions.forget_calls(before=before)
