"""What the dashboard shows of tickets, whatever their kind."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from itsm.core.kept_questions import among, kept_question
from itsm.core.models import Event
from itsm.core.selectors import newest_events
from itsm.dashboard.counting import CAP, counted, listed
from itsm.dashboard.selectors.alerts import loud_count
from itsm.people.models import User
from itsm.people.readers import Sort, one_of, sort_of
from itsm.tickets.desks import desks
from itsm.tickets.models import Priority, Ticket
from itsm.tickets.queues import rows_with
from itsm.tickets.selectors import visible_tickets

LIST = 8
MOST_NEWS = 14
NEWS_AGE = timedelta(days=30)
MOST_EVENTS = 400  # so many of the newest are looked through, alerts and all
# What a line of news shows of an event.
TOLD = (
    "name", "subject_type", "subject_id", "happened_at", "actor__name", "actor__username",
)  # fmt: skip
TILES = ("mine", "team", "unassigned", "risk", "resolved")
# What is too small or too internal to be news to others.
UNTOLD = (
    "transition_refused", "watched", "unwatched", "edited", "linked", "unlinked", "file_attached",
    "alerts_joined", "priority_overridden", "follow_up_opened", "approval_asked",
    "approval_reminded", "step_finished", "voted", "mentioned", "moment_pinned", "moment_unpinned",
    "evidence_asked", "gate_asked", "evidence_added", "lease_reminded",
)  # fmt: skip


@dataclass(frozen=True)
class Numbers:
    """The tiles."""

    by_priority: Sequence[tuple[int, int]]
    open: int
    mine: int
    team: int
    unassigned: int
    risk: int
    resolved: int
    firing: int


def numbers_for(user: User) -> Numbers:
    """What is to be done, counted up to the cap."""
    counts = counted(user, [*TILES, *(f"p{level}" for level in Priority.values)])
    by_priority = [(level, counts[f"p{level}"]) for level in Priority.values]
    return Numbers(
        by_priority=by_priority,
        open=min(sum(count for _level, count in by_priority), CAP),
        firing=loud_count(user, most=CAP),
        **{name: counts[name] for name in TILES},
    )


def lists_for(user: User, names: Collection[str], *, most: int = LIST) -> dict[str, list[Ticket]]:
    """The first tickets of each of these sorts; two statements however many sorts there are."""
    keys = listed(user, names, most=most)
    wanted = {pk for found in keys.values() for pk in found}
    rows = rows_with(user, list(wanted))
    return {name: [rows[pk] for pk in keys[name] if pk in rows] for name in names}


@dataclass(frozen=True)
class Happening:
    """One line of what just happened."""

    event: Event
    ticket: Ticket


def just_happened(user: User) -> list[Happening]:
    """The newest things that happened to tickets this person may see."""
    # What was taken in as history is new here and no news.
    since = timezone.now() - NEWS_AGE
    return of_tickets(user, _news(since, kinds=tuple(desks)))[:MOST_NEWS]


@kept_question
def _news(since: datetime, *, kinds: Collection[str]) -> QuerySet[Event]:
    newest = newest_events(kinds, but=UNTOLD, among=MOST_EVENTS, most=MOST_NEWS * 2)
    return newest.filter(happened_at__gt=since).only(*TOLD)


def is_news(event: Event) -> bool:
    return event.name.partition(".")[2] not in UNTOLD


def of_tickets(user: User, events: Sequence[Event]) -> list[Happening]:
    """The events with their tickets, as far as this person may see them."""
    found = _titles(user.pk, list({event.subject_id for event in events}), sort=sort_of(user))
    tickets: Mapping[int, Ticket] = {each.pk: each for each in found}
    return [
        Happening(event, tickets[event.subject_id])
        for event in events
        if event.subject_id in tickets
    ]


@kept_question
def _titles(user: int, keys: list[int], *, sort: Sort) -> QuerySet[Any]:
    seen = visible_tickets(one_of(sort, user)).select_related(None)
    return seen.only("number", "kind", "title").filter(pk__in=among(keys))


def counts_of_nav(user: User) -> dict[str, int]:
    """The counts beside the navigation."""
    return counted(user, ["mine", "unassigned"])
