"""The rows behind a measure, with what they are about in words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from itsm.core.measures import Measure, Scope, rows_of
from itsm.people.models import User
from itsm.people.selectors import team_names
from itsm.tickets.desks import desks
from itsm.tickets.models import Ticket

MOST = 50_000  # rows in one table for other programs


@dataclass(frozen=True)
class Counted:
    """One row a number is made of."""

    number: str
    address: str
    words: str
    team: str
    at: datetime
    value: float


def counted_rows(
    user: User, measure: Measure, scope: Scope, *, start: int = 0, size: int = MOST
) -> list[Counted]:
    """Some of the rows a number is made of, the latest first."""
    rows = list(rows_of(user, measure, scope).order_by("-at", "-key")[start : start + size])
    tickets = _tickets(user, {row["ticket_key"] for row in rows} - {None})
    teams = team_names({row["team_key"] for row in rows} - {None})
    return [_row(row, tickets, teams) for row in rows]


def _row(row: Any, tickets: Any, teams: Any) -> Counted:
    kind, number = tickets.get(row["ticket_key"], ("", ""))
    address = desks[kind].address_of(number) if kind in desks else ""
    team = teams.get(row["team_key"], "")
    return Counted(number, address, row["words"], team, row["at"], row["value"])


def _tickets(user: User, keys: Collection[int]) -> dict[int, Sequence[str]]:
    if not keys:
        return {}
    seen = Ticket.objects.visible_to(user).filter(pk__in=keys)
    return {pk: (kind, number) for pk, kind, number in seen.values_list("pk", "kind", "number")}
