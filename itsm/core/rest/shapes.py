"""What the API shows of a record: named columns, read from the database in one statement.

The same declaration makes the answer and its description, so the two cannot differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import QuerySet

from itsm.core.errors import NotFound

Row = dict[str, Any]
Schema = dict[str, Any]


class Viewer(Protocol):
    """Somebody who may or may not do things."""

    def has_perm(self, perm: str, /) -> bool: ...


Finish = Callable[[list[Row], Any], None]


def text(**more: Any) -> Schema:
    return {"type": "string", **more}


def number(**more: Any) -> Schema:
    return {"type": "integer", **more}


def flag() -> Schema:
    return {"type": "boolean"}


def instant() -> Schema:
    return {"type": "string", "format": "date-time"}


def address() -> Schema:
    return {"type": "string", "format": "uri"}


def several(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def mapping() -> Schema:
    return {"type": "object", "additionalProperties": True}


def maybe(schema: Schema) -> Schema:
    """The schema, or null."""
    return {**schema, "type": [schema["type"], "null"]}


@dataclass(frozen=True)
class Column:
    """One name of a record: its schema, and the path its value is read from.

    ``show`` turns what was read into what is shown; ``internal`` columns are left out for people
    who lack the shape's capability. A column without path is put in by the shape's ``finish``.
    """

    name: str
    schema: Schema
    path: str | None = ""
    show: Callable[[Any], Any] | None = None
    internal: bool = False

    @property
    def source(self) -> str | None:
        return self.name if self.path == "" else self.path


@dataclass(frozen=True)
class Shape:
    """The columns of one kind of record, in the order they are shown."""

    name: str
    columns: Sequence[Column]
    capability: str = "tickets.view_all"
    finish: Finish | None = None
    hidden: Sequence[str] = field(default=())

    def columns_for(self, viewer: Viewer) -> list[Column]:
        """The columns this person is shown."""
        is_inside = viewer.has_perm(self.capability)
        return [each for each in self.columns if is_inside or not each.internal]

    def select(self, queryset: QuerySet[Any], viewer: Viewer) -> QuerySet[Any]:
        """The queryset, reading what this person is shown and nothing else."""
        return queryset.values_list(*self._plan(viewer)[1])

    def read(
        self,
        queryset: QuerySet[Any],
        viewer: Viewer,
        *,
        beside: Sequence[str] = (),
        is_selected: bool = False,
    ) -> tuple[list[Row], list[tuple[Any, ...]]]:
        """The records as they are shown, and for each the values of some more paths.

        ``is_selected`` says that the queryset has been through ``select`` already.
        """
        names, paths, shows = self._plan(viewer)
        missing = [path for path in beside if path not in paths]
        if not is_selected or missing:
            queryset = queryset.values_list(*paths, *missing)
        places = [(*paths, *missing).index(path) for path in beside]
        values = list(queryset)
        rows = [dict(zip(names, each, strict=False)) for each in values]
        for name, show in shows:
            for row in rows:
                row[name] = show(row[name])
        if self.finish is not None:
            self.finish(rows, viewer)
            order = [each.name for each in self.columns_for(viewer)]
            rows = [{name: row[name] for name in order} for row in rows]
        return rows, [tuple(each[place] for place in places) for each in values]

    def _plan(
        self, viewer: Viewer
    ) -> tuple[list[str], list[str], list[tuple[str, Callable[[Any], Any]]]]:
        """The names of what is read, the paths it is read from, and what is done with it."""
        stored = [each for each in self.columns_for(viewer) if each.source]
        names = [*(each.name for each in stored), *(f"_{path}" for path in self.hidden)]
        paths = [*(str(each.source) for each in stored), *self.hidden]
        return names, paths, [(each.name, each.show) for each in stored if each.show]

    def one(self, queryset: QuerySet[Any], viewer: Viewer, *, is_selected: bool = False) -> Row:
        """The only record of a queryset, as it is shown."""
        rows, _beside = self.read(queryset, viewer, is_selected=is_selected)
        if not rows:
            raise NotFound("There is no such record any more.")
        return rows[0]

    def schema(self) -> Schema:
        """What the API's description says of it."""
        return {
            "type": "object",
            "properties": {each.name: each.schema for each in self.columns},
            "required": [each.name for each in self.columns if not each.internal],
        }
