"""What incidents have done by the clock."""

from datetime import timedelta

import structlog
from django.utils import timezone

from incidents import actions
from incidents.models import Incident
from itsm.core.chores import chore
from itsm.core.errors import Refused
from itsm.people.selectors import system_user

logger = structlog.get_logger(__name__)

BATCH = 200


@chore(every=timedelta(seconds=30))
def resume_held() -> None:
    """Resume what was put on hold until now."""
    due = Incident.objects.filter(resume_at__lte=timezone.now(), state="on_hold")
    for incident in due.order_by("resume_at")[:BATCH]:
        _try(actions.resume, incident)


@chore(every=timedelta(minutes=1))
def close_resolved() -> None:
    """Close what has been resolved for its service's number of business days."""
    due = Incident.objects.filter(auto_close_at__lte=timezone.now(), state="resolved", major=False)
    for incident in due.order_by("auto_close_at")[:BATCH]:
        _try(actions.close, incident)


def _try(transition: object, incident: Incident) -> None:
    try:
        transition(incident, actor=system_user())  # type: ignore[operator]
    except Refused as refusal:  # somebody was faster, which is as good
        logger.info("chore.refused", number=incident.number, why=str(refusal))
