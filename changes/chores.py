"""What changes have done by the clock."""

from datetime import timedelta

import structlog
from django.utils import timezone

from changes import actions, boards, gatekeeping, selectors, suspects
from changes.actions import meetings
from itsm.core.chores import chore
from itsm.core.errors import Refused
from itsm.people.selectors import system_user

logger = structlog.get_logger(__name__)

BATCH = 200
REMINDED = timedelta(minutes=5)  # HCP Terraform gives up after ten minutes without a word


@chore(every=timedelta(hours=1))
def plan_meetings() -> None:
    """Plan the meetings of the coming weeks."""
    for board in boards.active_boards():
        meetings.plan_meetings(board=board)


@chore(every=timedelta(minutes=1))
def let_lapse() -> None:
    """Send back to the drawing board what was not started in its time."""
    for change in selectors.lapsed(timezone.now()).order_by("planned_end")[:BATCH]:
        try:
            actions.lapse(change, actor=system_user())
        except Refused as refusal:  # somebody was faster, which is as good
            logger.info("chore.refused", number=change.number, why=str(refusal))


@chore(every=timedelta(minutes=1))
def let_nobody_wait_for_ever() -> None:
    """Ask the gate anew for pipelines that wait, and refuse those whose time is up."""
    now = timezone.now()
    for change in actions.changes_waited_for(now):
        actions.decide_calls(change=change, now=now)


@chore(every=timedelta(minutes=2))
def say_that_they_wait() -> None:
    """Tell tools that give up on silence that they still have to wait."""
    actions.remind(now=timezone.now(), every=REMINDED)


@chore(every=timedelta(days=1))
def forget_old_posts() -> None:
    """Delete what pipelines posted so long ago that none would send it again."""
    actions.forget_posts(now=timezone.now())


@chore(every=timedelta(hours=1))
def forget_old_decisions() -> None:
    """Delete what the gate said so long ago that nobody asks, some of it at a time."""
    actions.forget_decisions(now=timezone.now())


@chore(every=timedelta(minutes=1))
def watch() -> None:
    """Judge the incidents near what is being changed, or was changed lately."""
    for incident_id in suspects.unjudged_while_watched(timezone.now()):
        actions.find_causes(incident_id=incident_id, actor=system_user())


@chore(every=timedelta(minutes=1))
def expire_permits() -> None:
    """End the permits that were not used in time."""
    for permit in gatekeeping.permits_over(timezone.now()).order_by("expires_at")[:BATCH]:
        actions.expire(permit=permit)


@chore(every=timedelta(seconds=5))
def answer_whoever_waits() -> None:
    """Look again at what waits at the gate: time alone can open it, and a deadline ends it."""
    for wait in gatekeeping.waits_due(timezone.now())[:BATCH]:
        try:
            actions.settle(wait=wait)
        except Exception:  # one that fails must not keep the others waiting
            logger.exception("gate.unsettled", wait=wait.pk)
