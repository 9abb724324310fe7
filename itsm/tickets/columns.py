"""What a row of a queue can show beside its priority and title."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _l


@dataclass(frozen=True)
class Column:
    """One column: its head, and the orders a click on it asks for, the usual one first."""

    name: str
    label: Any
    orders: tuple[str, str] | None = None


PRIORITY = Column("priority", _l("Priority"), ("priority", "-priority"))
TITLE = Column("title", _l("Title"))
COLUMNS: tuple[Column, ...] = (
    Column("number", _l("Number"), ("newest", "oldest")),
    Column("tags", _l("Tags")),
    Column("service", _l("Service")),
    Column("team", _l("Team")),
    Column("caller", _l("Caller")),
    Column("source", _l("Source")),
    Column("state", _l("State")),
    Column("assignee", _l("Assignee")),
    Column("updated", _l("Changed"), ("updated", "-updated")),
    Column("opened", _l("Opened"), ("opened", "-opened")),
)
USUAL = ("number", "service", "state", "assignee", "opened")


def columns_named(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns with these names in the house's order; the usual ones when none is known."""
    chosen = tuple(each for each in COLUMNS if each.name in names)
    return chosen or tuple(each for each in COLUMNS if each.name in USUAL)
