"""What is learnt by the clock."""

from datetime import timedelta

from itsm.core.chores import chore
from itsm.proposals import actions
from itsm.proposals.selectors import has_long_history


@chore(every=timedelta(days=1), is_long=has_long_history)
def learn() -> None:
    """Learn from what was decided since yesterday."""
    actions.learn_all()
