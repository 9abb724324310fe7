"""Pages of a list that is read by its keys, so that page one thousand costs what page one costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from itsm.tickets.models import Ticket

SIZE = 25
# Each has an index of its own, over all tickets and over those that are open.
ORDERS: dict[str, tuple[str, ...]] = {
    "newest": ("-id",),
    "oldest": ("id",),
    "priority": ("priority", "-id"),
    "-priority": ("-priority", "id"),
    "opened": ("-opened_at", "-id"),
    "-opened": ("opened_at", "id"),
    "updated": ("-updated_at", "-id"),
    "-updated": ("updated_at", "id"),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LATEST = (datetime(9000, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
Place = tuple[int, int]


@dataclass(frozen=True)
class Page:
    """Some rows, and the keys of the pages beside it (empty when there is none).

    ``has_more_found`` says that of what holds some words only the best are shown.
    """

    rows: list[Ticket]
    newer: str = ""
    older: str = ""
    has_more_found: bool = False


def page_of(
    tickets: QuerySet[Any], *, order: str, after: str = "", before: str = "", size: int = SIZE
) -> Page:
    """One page; ``after`` and ``before`` are keys that an earlier page gave."""
    is_back = bool(before)
    by = [_turned(each) if is_back else each for each in ORDERS[order]]
    place = _parsed(before or after)
    if place is not None:
        tickets = tickets.filter(_beyond(place, by=by))
    rows = list(tickets.order_by(*by)[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    if is_back:
        rows.reverse()
    has_newer = has_more if is_back else place is not None
    has_older = is_back or has_more
    return Page(
        rows,
        newer=_key(rows[0], order) if rows and has_newer else "",
        older=_key(rows[-1], order) if rows and has_older else "",
    )


def edge_of(*, after: str = "", before: str = "") -> tuple[int | None, bool]:
    """The ticket a page of the newest begins beyond, and whether it is read from the oldest on."""
    place = _parsed(before or after)
    return (None if place is None else place[1]), bool(before)


def _key(ticket: Ticket, order: str) -> str:
    first = ORDERS[order][0].removeprefix("-")
    rank = getattr(ticket, first)
    if isinstance(rank, datetime):
        rank = (rank - EPOCH) // MICROSECOND
    return f"{rank}-{ticket.pk}"


def _parsed(key: str) -> Place | None:
    rank, _, pk = key.partition("-")
    if not (rank.isascii() and rank.isdigit() and pk.isascii() and pk.isdigit()):
        return None
    if len(rank) > 18 or len(pk) > 18 or int(rank) > LATEST:
        return None
    return int(rank), int(pk)


def _beyond(place: Place, *, by: Sequence[str]) -> Q:
    rank, pk = place
    beside = Q(**{f"id__{_side(by[-1])}": pk})
    if len(by) == 1:
        return beside
    first = by[0].removeprefix("-")
    at = EPOCH + rank * MICROSECOND if first.endswith("_at") else min(rank, 99)
    past = Q(**{f"{first}__{_side(by[0])}": at})
    # The first condition lets the database start in the index where the page starts.
    edge = Q(**{f"{first}__{_side(by[0])}e": at})
    return edge & (past | (Q(**{first: at}) & beside))


def _side(order: str) -> str:
    return "lt" if order.startswith("-") else "gt"


def _turned(order: str) -> str:
    return order[1:] if order.startswith("-") else f"-{order}"
