"""The visibility rule of ``permissions`` for many readers at once, in memory.

Live screens ask it thousands of times a second. A test holds it against ``visible_to`` case by
case; whoever changes one changes the other.
"""

from collections.abc import Collection
from dataclasses import dataclass

from itsm.people.delegation import represented_ids
from itsm.people.models import User
from itsm.people.roles import is_capable
from itsm.people.selectors import people_with_teams
from itsm.tickets.models import Ticket, Watcher


@dataclass(frozen=True)
class Reader:
    """Somebody who may or may not see tickets, as of a moment ago."""

    pk: int
    role: str
    team_ids: frozenset[int]
    session_hash: str
    is_active: bool
    acts_for: frozenset[int] = frozenset()

    @property
    def sees_notes(self) -> bool:
        return is_capable(self.role, "tickets.view_all")


@dataclass(frozen=True)
class Facts:
    """What decides who may see a ticket, and what live screens tell of it."""

    pk: int
    number: str
    kind: str
    version: int
    confidential: bool
    team_id: int | None
    assignee_id: int | None
    caller_id: int | None
    owner_ids: frozenset[int | None]
    watcher_ids: frozenset[int]


def may_see(reader: Reader, ticket: Facts) -> bool:
    """Whether this reader may see this ticket."""
    if not reader.is_active:
        return False
    is_of_reader = reader.pk in ticket.owner_ids or reader.pk in ticket.watcher_ids
    if not reader.sees_notes:
        return is_of_reader or (not ticket.confidential and ticket.caller_id in reader.acts_for)
    if not ticket.confidential or is_capable(reader.role, "tickets.view_confidential"):
        return True
    return is_of_reader or reader.pk == ticket.assignee_id or ticket.team_id in reader.team_ids


def readers(pks: Collection[int]) -> dict[int, Reader]:
    """These people as readers, by id."""
    represented = represented_ids(pks)
    return {
        each.pk: _reader(each, acts_for=represented.get(each.pk, frozenset()))
        for each in people_with_teams(pks)
    }


def _reader(user: User, *, acts_for: frozenset[int]) -> Reader:
    return Reader(
        pk=user.pk,
        role=user.role,
        team_ids=frozenset(each.team_id for each in user.memberships.all()),
        session_hash=user.get_session_auth_hash(),
        is_active=user.is_active,
        acts_for=acts_for,
    )


def facts_of(pks: Collection[int]) -> dict[int, Facts]:
    """What decides who may see these tickets, by id; two statements however many there are."""
    watchers: dict[int, set[int]] = {}
    for ticket_id, user_id in Watcher.objects.filter(ticket__in=pks).values_list(
        "ticket_id", "user_id"
    ):
        watchers.setdefault(ticket_id, set()).add(user_id)
    columns = (
        "pk", "number", "kind", "version", "confidential", "team_id", "assignee_id", "caller_id",
        "opened_by_id",
    )  # fmt: skip
    rows = Ticket.objects.filter(pk__in=pks).values_list(*columns)
    return {
        row[0]: Facts(*row[:8], frozenset(row[7:]), frozenset(watchers.get(row[0], ())))  # type: ignore[call-arg]
        for row in rows
    }
