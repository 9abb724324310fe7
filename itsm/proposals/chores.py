"""What is learnt by the clock."""

from datetime import timedelta

from itsm.core.chores import chore
from itsm.proposals import actions


@chore(every=timedelta(days=1))
def learn() -> None:
    """Learn from what was decided since yesterday."""
    actions.learn_all()
