"""What tickets have done by the clock."""

from datetime import timedelta

from itsm.core.chores import chore
from itsm.tickets import actions
from itsm.tickets.likeness import count_words
from itsm.tickets.search import learn_words


@chore(every=timedelta(seconds=30))
def learn_vocabulary() -> None:
    """Keep the words that searches are corrected to up to date."""
    while learn_words():
        pass


@chore(every=timedelta(seconds=30))
def count_words_alike() -> None:
    """Keep up to date how many records have a word, by which likeness is weighed."""
    while count_words():
        pass


@chore(every=timedelta(hours=6))
def forget_old_drafts() -> None:
    """Forget what people began to write two months ago and never sent."""
    while actions.forget_old_drafts():
        pass
