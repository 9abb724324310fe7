"""What changes have done by the clock."""

from datetime import timedelta

import structlog
from django.utils import timezone

from changes import actions, selectors
from itsm.core.chores import chore
from itsm.core.errors import Refused
from itsm.people.selectors import system_user

logger = structlog.get_logger(__name__)

BATCH = 200


@chore(every=timedelta(minutes=1))
def let_lapse() -> None:
    """Send back to the drawing board what was not started in its time."""
    for change in selectors.lapsed(timezone.now()).order_by("planned_end")[:BATCH]:
        try:
            actions.lapse(change, actor=system_user())
        except Refused as refusal:  # somebody was faster, which is as good
            logger.info("chore.refused", number=change.number, why=str(refusal))
