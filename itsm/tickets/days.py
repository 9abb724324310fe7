"""A timeline by day, with runs of small changes folded into one line each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from itsm.tickets.entries import Entry

LEAST_FOLDED = 3
# The end of a timeline is what people come for: so many of its entries are never folded.
NEVER_FOLDED = 3
# What tells a ticket's story stays in sight, however many changes stand around it.
TURNS = frozenset({"opened", "resolved", "reopened", "closed", "canceled"})


@dataclass(frozen=True)
class Run:
    """Small changes that followed one another on one day."""

    entries: Sequence[Entry]

    @property
    def key(self) -> int:
        return self.entries[0].moment.event.pk


@dataclass(frozen=True)
class Day:
    """What happened on one day, in the reader's zone."""

    on: date
    items: Sequence[Entry | Run]

    @property
    def words(self) -> str:
        """The day as people say it."""
        today = timezone.localdate()
        if self.on == today:
            return _("Today")
        if self.on == today - timedelta(days=1):
            return _("Yesterday")
        return formats.date_format(self.on, "l, j F" if self.on.year == today.year else "j F Y")


def days_of(told: Sequence[Entry], *, fold: bool = True) -> list[Day]:
    """The entries by day; unless ``fold`` is False, runs of small ones become one item."""
    newest = {each.moment.event.pk for each in told[-NEVER_FOLDED:]}
    found = []
    for on, group in groupby(told, key=lambda entry: timezone.localdate(entry.moment.at)):
        of_day = list(group)
        found.append(Day(on, _folded(of_day, newest) if fold else of_day))
    return found


def _folded(entries: Iterable[Entry], newest: set[int]) -> list[Entry | Run]:
    items: list[Entry | Run] = []
    for is_small, run in groupby(entries, key=lambda entry: _is_small(entry, newest)):
        together = list(run)
        if is_small and len(together) >= LEAST_FOLDED:
            items.append(Run(together))
        else:
            items.extend(together)
    return items


def _is_small(entry: Entry, newest: set[int]) -> bool:
    event = entry.moment.event
    word = event.name.rpartition(".")[2]
    return (
        entry.moment.comment is None
        and word not in TURNS
        and not entry.is_pinned
        and event.pk not in newest
    )
