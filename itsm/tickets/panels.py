"""What a ticket's page shows beside its own columns: each room adds its panel, the page loops."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.core.registry import Registry
from itsm.people.models import User
from itsm.tickets.belongings import belongings_of
from itsm.tickets.graph import graph_of
from itsm.tickets.models import Link, Ticket
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import children_of, links_of

MOST_CHILDREN = 20

Fill = Callable[..., Mapping[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """One block of a ticket's page: where it stands, its template, and what fills it.

    Where ``rows``, a statement over ``%(ticket)s``, finds nothing it need not be filled; if it
    shows something all the same, it is filled with ``is_bare`` and asks the database nothing.
    What was filled so is folded, as there is nothing to read. What ``is_wide``, or is filled with
    ``is_wide``, stands above the timeline instead of beside it, what ``is_below`` beneath it.
    """

    title: Any
    template: str
    fill: Fill
    kinds: tuple[str, ...]
    order: int
    rows: str = ""
    shows_bare: bool = False
    # By which a page knows it again when others have come or gone.
    name: str = ""
    is_wide: bool = False
    is_below: bool = False

    def filled(self, user: User, ticket: Ticket, *, has_rows: bool) -> Mapping[str, Any] | None:
        """What it shows this person; None when that is nothing."""
        if not self.rows or has_rows:
            return self.fill(user, ticket)
        shown = self.fill(user, ticket, is_bare=True) if self.shows_bare else None
        return shown and {"is_bare": not self.is_below, **shown}


panels: Registry[Panel] = Registry("panel")


def panel(
    name: str,
    *,
    title: Any,
    template: str,
    kinds: tuple[str, ...] = (),
    order: int = 50,
    rows: str = "",
    shows_bare: bool = False,
    is_wide: bool = False,
    is_below: bool = False,
) -> Callable[[Fill], Fill]:
    """Add a panel to the pages of these kinds (all when none is named); None hides it."""

    def register(fill: Fill) -> Fill:
        found = Panel(
            title, template, fill, kinds, order, rows, shows_bare, name, is_wide, is_below
        )
        panels.add(name)(found)
        return fill

    return register


def rows_behind(kind: str) -> dict[str, str]:
    """The statements that tell which panels of this kind have rows at all, by their names."""
    return {name: each.rows for name, each in _panels_for(kind) if each.rows}


def panels_of(
    user: User, ticket: Ticket, *, there: Collection[str] | None = None
) -> list[tuple[Panel, Mapping[str, Any]]]:
    """The panels of a ticket's page that have something to show this person, in their order.

    ``there`` names those that have rows, where that was asked already.
    """
    if there is None:
        there = belongings_of(ticket, rows_behind(ticket.kind))
    filled = [
        (each, each.filled(user, ticket, has_rows=name in there))
        for name, each in _panels_for(ticket.kind)
    ]
    return [(each, shown) for each, shown in filled if shown is not None]


def _panels_for(kind: str) -> list[tuple[str, Panel]]:
    wanted = [each for each in panels.items() if not each[1].kinds or kind in each[1].kinds]
    return sorted(wanted, key=lambda each: each[1].order)


SORTS_BACK = {
    Link.Sort.RELATES_TO: _l("relates to"),
    Link.Sort.DUPLICATE_OF: _l("has the duplicate"),
    Link.Sort.FOLLOW_UP_OF: _l("is followed up by"),
    Link.Sort.PREVIOUS: _l("is continued by"),
    Link.Sort.CAUSED_BY: _l("caused"),
    Link.Sort.FIXED_BY: _l("fixes"),
}


@panel(
    "links",
    title=_l("Links"),
    template="tickets/_links.html",
    order=60,
    rows="SELECT 1 FROM tickets_link WHERE from_ticket_id = %(ticket)s"
    " UNION ALL SELECT 1 FROM tickets_link WHERE to_ticket_id = %(ticket)s",
    shows_bare=True,
)
def links(user: User, ticket: Ticket, *, is_bare: bool = False) -> Mapping[str, Any] | None:
    """The records this one is linked to, in words from its own side."""
    told = [
        (each.pk, each.get_sort_display(), each.to_ticket)
        if each.from_ticket_id == ticket.pk
        else (each.pk, SORTS_BACK[Link.Sort(each.sort)], each.from_ticket)
        for each in ([] if is_bare else links_of(user, ticket))
    ]
    may_link = may_work(user, ticket)
    if not told and not may_link:
        return None
    return {
        "links": told,
        "graph": graph_of([(words, other) for _pk, words, other in told]),
        "may_link": may_link,
        "sorts": Link.Sort.choices,
    }


@panel(
    "children",
    title=_l("Below it"),
    template="tickets/_children.html",
    order=55,
    rows="SELECT 1 FROM tickets_ticket WHERE parent_id = %(ticket)s",
)
def children(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The records this one stands for, with how each stands."""
    found = list(children_of(user, ticket)[: MOST_CHILDREN + 1])
    if not found:
        return None
    return {"children": found[:MOST_CHILDREN], "has_more": len(found) > MOST_CHILDREN}
