"""What tickets have done by the clock."""

from datetime import timedelta

from itsm.core.chores import chore
from itsm.tickets.search import learn_words


@chore(every=timedelta(seconds=30))
def learn_vocabulary() -> None:
    """Keep the words that searches are corrected to up to date."""
    while learn_words():
        pass
