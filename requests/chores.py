"""What requests have done by the clock."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.utils import timezone

from itsm.core.chores import chore
from itsm.core.errors import Refused
from itsm.people.selectors import system_user
from requests import actions, selectors
from requests.models import ServiceRequest

logger = structlog.get_logger(__name__)

BATCH = 200


@chore(every=timedelta(seconds=5))
def go_on() -> None:
    """Look at what time has come for: a wait is over, a step is late, or a nudge was lost."""
    for each in selectors.to_look_at(timezone.now())[:BATCH]:
        try:
            if each.state == "approved":
                actions.begin(service_request=each)
            actions.advance(pk=each.pk)
        except Exception:  # one that fails must not keep the others waiting
            logger.exception("request.stuck", number=each.number)


@chore(every=timedelta(minutes=1))
def resume_held() -> None:
    """Resume what was put on hold until now."""
    for each in selectors.to_resume(timezone.now()).order_by("resume_at")[:BATCH]:
        _try(actions.resume, each)


@chore(every=timedelta(minutes=5))
def confirm_unobjected() -> None:
    """Close what nobody has objected to."""
    for each in selectors.to_confirm(timezone.now()).order_by("confirm_by")[:BATCH]:
        _try(actions.confirm, each)


@chore(every=timedelta(minutes=1))
def end_leases() -> None:
    """Remind of what must be given back soon, and take back what is over."""
    now = timezone.now()
    for each in selectors.leases_to_remind(now)[:BATCH]:
        actions.remind(service_request=each)
    for each in selectors.leases_over(now)[:BATCH]:
        actions.reclaim(service_request=each)


def _try(transition: Callable[..., Any], service_request: ServiceRequest) -> None:
    try:
        transition(service_request, actor=system_user())
    except Refused as refusal:  # somebody was faster, which is as good
        logger.info("chore.refused", number=service_request.number, why=str(refusal))
