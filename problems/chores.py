"""What problems have done by the clock."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.utils import timezone

from itsm.core.chores import chore
from itsm.core.errors import Refused
from itsm.people.selectors import system_user
from problems import actions, selectors
from problems.counting import has_much_to_count
from problems.models import Problem

logger = structlog.get_logger(__name__)

BATCH = 200


@chore(every=timedelta(minutes=10))
def close_quiet() -> None:
    """Close what stayed quiet for as long as it was to be watched."""
    for problem in selectors.to_close(timezone.now()).order_by("observe_until")[:BATCH]:
        _try(actions.close, problem)


@chore(every=timedelta(minutes=10))
def end_risks() -> None:
    """Take up again what was to be lived with until today."""
    for problem in selectors.risks_over(timezone.localdate()).order_by("pk")[:BATCH]:
        _try(actions.expire_risk, problem)


@chore(every=timedelta(minutes=10))
def weigh() -> None:
    """Count again what the incidents of open problems cost: time itself makes it more."""
    for problem in Problem.objects.filter(pk__in=selectors.weighed()).order_by("pk"):
        actions.weigh(problem=problem, actor=system_user())


@chore(every=timedelta(hours=1), is_long=has_much_to_count)
def find_candidates() -> None:
    """Count what keeps coming back."""
    actions.find_candidates(now=timezone.now())


def _try(transition: Callable[..., Any], problem: Problem) -> None:
    try:
        transition(problem, actor=system_user())
    except Refused as refusal:  # somebody was faster, which is as good
        logger.info("chore.refused", number=problem.number, why=str(refusal))
