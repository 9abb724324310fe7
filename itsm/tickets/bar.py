"""What stands above a queue: what it can be narrowed to, what it is narrowed to, its heads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _l

from itsm.people.models import Team
from itsm.tickets.columns import PRIORITY, TITLE, Column
from itsm.tickets.narrowing import ME, MINE, NOBODY, NONE, QueueFilter, words_in
from itsm.tickets.workflow import workflows

Asked = Mapping[str, str]
Options = list[tuple[str, Any]]
SEVERAL = ("state", "priority", "source")
WIDGETS = {
    **dict.fromkeys(SEVERAL, "several"),
    "assignee": "person",
    "caller": "person",
    "service": "service",
    "opened_after": "day",
    "opened_before": "day",
    "tag": "line",
    "category": "line",
}
# Written in an address only by what brings it there: paging, the record beside, the view.
PLACE = ("after", "before", "open")
SPOKEN: Mapping[str, Any] = {ME: _l("me"), NOBODY: _l("nobody"), NONE: _l("none"), MINE: _l("mine")}


@dataclass(frozen=True)
class Control:
    """One field of the form that narrows a queue."""

    name: str
    label: Any
    widget: str
    value: str
    options: Options = field(default_factory=list)

    @property
    def chosen(self) -> Sequence[str]:
        return words_in(self.value)


@dataclass(frozen=True)
class Chip:
    """One filter that is on: in words, and the address of the queue without it."""

    label: Any
    words: str
    without: str


@dataclass(frozen=True)
class Head:
    """The head of a column; with an address when a click orders by it."""

    column: Column
    address: str = ""
    turn: str = ""


def asked_in(query: QueryDict | str) -> dict[str, str]:
    """What an address asks for; a filter given twice takes both."""
    read = QueryDict(query) if isinstance(query, str) else query
    given = {name: [each for each in read.getlist(name) if each] for name in read}
    return {name: ",".join(values) for name, values in given.items() if values}


def address_with(asked: Asked, **changes: str) -> str:
    """The address of the same queue with something changed, from its first page."""
    told = {name: value for name, value in asked.items() if name not in PLACE} | changes
    query = urlencode({name: value for name, value in told.items() if value}, safe=",")
    # Never empty: the bare address opens what the person chose to begin with.
    return f"?{query or 'phase=open'}"


def controls_of(filters: QueueFilter, asked: Asked, *, teams: Iterable[Team]) -> list[Control]:
    """The form's fields, with what is asked of each."""
    return [
        Control(
            name,
            each.label,
            WIDGETS.get(name, "choice"),
            asked.get(name, ""),
            _options(filters, name, teams),
        )
        for name, each in filters.filters.items()
        if name != "resolved"
    ]


def _options(filters: QueueFilter, name: str, teams: Iterable[Team]) -> Options:
    if name == "state":
        return [(key, state.label) for key, state in workflows[filters.kind].states.items()]
    if name == "team":
        known = [(each.slug, each.name) for each in teams]
        return [(MINE, _l("My teams")), (NONE, _l("No team")), *known]
    choices = filters.filters[name].extra.get("choices", ())
    return [(str(value), label) for value, label in choices]


def chips_of(filters: QueueFilter, asked: Asked, controls: Iterable[Control]) -> list[Chip]:
    """The filters that are on, in the form's order."""
    labels = {each.name: dict(each.options) for each in controls}
    on = [name for name in filters.filters if asked.get(name)]
    return [
        Chip(
            filters.filters[name].label,
            _words(asked[name], labels.get(name) or dict(_options(filters, name, ())), name),
            address_with(asked, **{name: ""}),
        )
        for name in on
        if (name, asked[name]) != ("phase", "open")
    ]


def _words(value: str, labels: Mapping[str, Any], name: str) -> str:
    said = words_in(value) if name in SEVERAL else [value]
    known = [labels.get(each) or SPOKEN.get(each) or each for each in said]
    if name == "priority":
        known = [f"P{each}" for each in said]
    return ", ".join(map(str, known))


def heads_of(columns: Iterable[Column], asked: Asked, *, order: str) -> list[Head]:
    """The heads of the list; a click turns the order of the column that has it."""
    shown = list(columns)
    is_first = shown[:1] and shown[0].name == "number"
    ordered = [PRIORITY, shown[0], TITLE, *shown[1:]] if is_first else [PRIORITY, TITLE, *shown]
    return [_head(each, asked, order) for each in ordered]


def _head(column: Column, asked: Asked, order: str) -> Head:
    if column.orders is None:
        return Head(column)
    usual, turned = column.orders
    address = address_with(asked, order=turned if order == usual else usual)
    turn = "descending" if order in DOWN else "ascending"
    return Head(column, address, turn if order in column.orders else "")


DOWN = ("newest", "opened", "updated", "-priority")
