"""The ready-made views of a queue: one click each, and an address to keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _l

from itsm.tickets.desks import Desk


@dataclass(frozen=True)
class Tab:
    """One view of a queue."""

    label: Any
    address: str
    is_current: bool


TABS: tuple[tuple[Any, dict[str, str]], ...] = (
    (_l("Open"), {"phase": "open"}),
    (_l("Mine"), {"assignee": "me"}),
    (_l("Unassigned"), {"assignee": "nobody"}),
    (_l("My teams"), {"team": "mine"}),
    (_l("Waiting"), {"phase": "waiting"}),
    (_l("Resolved"), {"phase": "resolved"}),
    (_l("All"), {"phase": "all"}),
)
PLACE = ("after", "before", "order", "open", "view")


def tabs_of(desk: Desk, asked: Mapping[str, str]) -> list[Tab]:
    """The tabs above a queue, the one that says exactly what was asked marked."""
    filters = {name: value for name, value in asked.items() if value and name not in PLACE}
    if filters.get("phase") == "open" and len(filters) > 1:
        del filters["phase"]
    return [
        Tab(label, f"{desk.address}?{urlencode(query)}", (filters or {"phase": "open"}) == query)
        for label, query in TABS
    ]
