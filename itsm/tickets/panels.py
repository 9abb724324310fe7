"""What a ticket's page shows beside its own columns: each room adds its panel, the page loops."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _l

from itsm.core.registry import Registry
from itsm.people.models import User
from itsm.tickets.graph import graph_of
from itsm.tickets.models import Link, Ticket
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import children_of, links_of

MOST_CHILDREN = 20

Fill = Callable[[User, Ticket], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """One block of a ticket's page: where it stands, its template, and what fills it."""

    title: Any
    template: str
    fill: Fill
    kinds: tuple[str, ...]
    order: int


panels: Registry[Panel] = Registry("panel")


def panel(
    name: str, *, title: Any, template: str, kinds: tuple[str, ...] = (), order: int = 50
) -> Callable[[Fill], Fill]:
    """Add a panel to the pages of these kinds (all when none is named); None hides it."""

    def register(fill: Fill) -> Fill:
        panels.add(name)(Panel(title, template, fill, kinds, order))
        return fill

    return register


def panels_of(user: User, ticket: Ticket) -> list[tuple[Panel, Mapping[str, Any]]]:
    """The panels of a ticket's page that have something to show this person, in their order."""
    wanted = [each for each in panels.values() if not each.kinds or ticket.kind in each.kinds]
    filled = [(each, each.fill(user, ticket)) for each in sorted(wanted, key=lambda one: one.order)]
    return [(each, shown) for each, shown in filled if shown is not None]


SORTS_BACK = {
    Link.Sort.RELATES_TO: _l("relates to"),
    Link.Sort.DUPLICATE_OF: _l("has the duplicate"),
    Link.Sort.FOLLOW_UP_OF: _l("is followed up by"),
    Link.Sort.PREVIOUS: _l("is continued by"),
    Link.Sort.CAUSED_BY: _l("caused"),
    Link.Sort.FIXED_BY: _l("fixes"),
}


@panel("links", title=_l("Links"), template="tickets/_links.html", order=60)
def links(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The records this one is linked to, in words from its own side."""
    told = [
        (each.pk, each.get_sort_display(), each.to_ticket)
        if each.from_ticket_id == ticket.pk
        else (each.pk, SORTS_BACK[Link.Sort(each.sort)], each.from_ticket)
        for each in links_of(user, ticket)
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


@panel("children", title=_l("Below it"), template="tickets/_children.html", order=55)
def children(user: User, ticket: Ticket) -> Mapping[str, Any] | None:
    """The records this one stands for, with how each stands."""
    found = list(children_of(user, ticket)[: MOST_CHILDREN + 1])
    if not found:
        return None
    return {"children": found[:MOST_CHILDREN], "has_more": len(found) > MOST_CHILDREN}
