"""What articles have done by the clock."""

from datetime import timedelta

from itsm.core.chores import chore
from knowledge import actions, selectors
from knowledge.models import Stale

BATCH = 200


@chore(every=timedelta(minutes=1))
def publish_what_is_due() -> None:
    """Publish what its time has come for."""
    for each in selectors.to_publish()[:BATCH]:
        actions.publish_scheduled(version=each)


@chore(every=timedelta(minutes=5))
def outdate_what_is_over() -> None:
    """Take out of sight what is valid no more."""
    for each in selectors.past_valid()[:BATCH]:
        actions.outdate(version=each)


@chore(every=timedelta(minutes=15))
def question_what_is_old() -> None:
    """Have looked at again what nobody has looked at for half a year."""
    for each in selectors.review_due()[:BATCH]:
        actions.question_it(version=each, because=Stale.DUE)
