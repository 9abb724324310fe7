"""What a ticket's page shows beside its own columns: each room adds its panel, the page loops."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from itsm.core.registry import Registry
from itsm.people.models import User
from itsm.tickets.models import Ticket

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
