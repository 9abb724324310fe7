"""Pages of a list that is read by its keys, so that page one thousand costs what page one costs."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from itsm.tickets.models import Ticket

SIZE = 25
ORDERS = {"newest": ("-id",), "priority": ("priority", "-id")}


@dataclass(frozen=True)
class Page:
    """Some rows, and the keys of the pages beside it (empty when there is none)."""

    rows: list[Ticket]
    newer: str = ""
    older: str = ""


def page_of(
    tickets: QuerySet[Any], *, order: str, after: str = "", before: str = "", size: int = SIZE
) -> Page:
    """One page; ``after`` and ``before`` are keys that an earlier page gave."""
    is_back = bool(before)
    place = _parsed(before or after)
    if place is not None:
        tickets = tickets.filter(_beyond(place, order=order, is_back=is_back))
    by = [_turned(each) for each in ORDERS[order]] if is_back else list(ORDERS[order])
    rows = list(tickets.order_by(*by)[: size + 1])
    has_more, rows = len(rows) > size, rows[:size]
    if is_back:
        rows.reverse()
    has_newer = has_more if is_back else place is not None
    has_older = is_back or has_more
    return Page(
        rows,
        newer=_key(rows[0]) if rows and has_newer else "",
        older=_key(rows[-1]) if rows and has_older else "",
    )


def _key(ticket: Ticket) -> str:
    return f"{ticket.priority}-{ticket.pk}"


def _parsed(key: str) -> tuple[int, int] | None:
    priority, _, pk = key.partition("-")
    if not (priority.isascii() and priority.isdigit() and pk.isascii() and pk.isdigit()):
        return None
    return (int(priority), int(pk)) if len(priority) < 3 and len(pk) < 19 else None


def _beyond(place: tuple[int, int], *, order: str, is_back: bool) -> Q:
    priority, pk = place
    beside = Q(pk__gt=pk) if is_back else Q(pk__lt=pk)
    if order == "newest":
        return beside
    past = Q(priority__lt=priority) if is_back else Q(priority__gt=priority)
    # The first condition lets the database start in the index where the page starts.
    edge = Q(priority__lte=priority) if is_back else Q(priority__gte=priority)
    return edge & (past | (Q(priority=priority) & beside))


def _turned(order: str) -> str:
    return order[1:] if order.startswith("-") else f"-{order}"
