"""What a queue shows: the filters of its address, turned into rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from itsm.core.kept_questions import among, kept_question
from itsm.people.models import User
from itsm.people.readers import Sort, one_of, sort_of
from itsm.tickets.desks import Desk
from itsm.tickets.models import Ticket
from itsm.tickets.narrowing import PHASES, QueueFilter, start_of_day
from itsm.tickets.paging import ORDERS, Page, page_of
from itsm.tickets.search import keys_found
from itsm.tickets.selectors import visible_tickets

MOST_FOUND = 200
MOST_SHOWN = 50
ROW = (
    "number", "kind", "state", "phase", "title", "priority", "version", "source", "opened_at",
    "updated_at", "tags", "confidential", "service__name", "service__title", "team__name",
    "team__slug", "assignee__name", "assignee__username", "assignee__is_bot",
)  # fmt: skip
CALLER = ("caller__name", "caller__username")
Asked = Mapping[str, str]


def rows_of(user: User, *, with_caller: bool = False) -> QuerySet[Any]:
    """Tickets with what a row shows and nothing more."""
    names, columns = ["service", "team", "assignee"], list(ROW)
    if with_caller:
        names, columns = [*names, "caller"], [*columns, *CALLER]
    return visible_tickets(user).select_related(None).select_related(*names).only(*columns)


def rows_with(user: User, keys: Sequence[int]) -> dict[int, Ticket]:
    """Those of these tickets that this person may see, by their keys, with what a row shows."""
    found = _with_keys(user.pk, list(keys), sort=sort_of(user)) if keys else []
    return {each.pk: each for each in found}


@kept_question
def _with_keys(user: int, keys: list[int], *, sort: Sort) -> QuerySet[Any]:
    return rows_of(one_of(sort, user)).filter(pk__in=among(keys))


def queue(
    user: User, *, desk: Desk, asked: Asked, with_caller: bool = False
) -> tuple[QueueFilter, Page]:
    """The filters as understood, and the page of rows they ask for."""
    rows = rows_of(user, with_caller=with_caller)
    filters = narrowed(user, desk=desk, asked=asked, tickets=rows)
    if not filters.is_valid():
        return filters, Page([])
    if asked.get("search", "").strip():
        found = rows_found(user, filters.qs, desk=desk, asked=asked)
        return filters, Page(found[:MOST_SHOWN], has_more_found=len(found) > MOST_SHOWN)
    return filters, page_of(
        filters.qs,
        order=order_of(asked),
        after=asked.get("after", ""),
        before=asked.get("before", ""),
    )


def narrowed(user: User, *, desk: Desk, asked: Asked, tickets: QuerySet[Any]) -> QueueFilter:
    """Those of the tickets an address asks for; the open ones where it does not say."""
    given = {"phase": "open", **{name: value for name, value in asked.items() if value}}
    if given.get("state") or given.get("resolved"):
        given["phase"] = asked.get("phase") or "all"
    narrowing: QueueFilter = desk.filters(
        given, queryset=tickets.filter(kind=desk.kind), user=user, kind=desk.kind
    )
    return narrowing


def order_of(asked: Asked) -> str:
    """The order asked for; between two days the newest are found by when they were opened."""
    order = asked.get("order", "newest")
    order = order if order in ORDERS else "newest"
    if asked.get("opened_after") or asked.get("opened_before"):
        return {"newest": "opened", "oldest": "-opened"}.get(order, order)
    return order


def rows_found(user: User, tickets: QuerySet[Any], *, desk: Desk, asked: Asked) -> list[Ticket]:
    """Those of the tickets that hold the words asked for, the best first."""
    found = keys_found(user, asked["search"], kind=desk.kind, size=MOST_FOUND)
    by_key = {each.pk: each for each in tickets.filter(pk__in=among(found))}
    return [by_key[pk] for pk in found if pk in by_key]


__all__ = [
    "PHASES",
    "narrowed",
    "order_of",
    "queue",
    "rows_found",
    "rows_of",
    "rows_with",
    "start_of_day",
]
