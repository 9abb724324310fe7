"""Questions that pages ask again and again, put into words once.

The ORM takes longer to write such a statement than the database to answer it. What differs from one
time to the next are values alone: marks stand for them while the statement is written, and they are
put in their places whenever it is asked.
"""

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
FIRST = -(2**62)  # below every number anybody asks for
EPOCH = datetime(1, 1, 2, tzinfo=UTC)  # before everything that happens
UNPRINTED = "\ue000"


@dataclass(frozen=True)
class _Written:
    """A question in words, with the place of a value or what always stands there."""

    rows: QuerySet[Any]
    compiler: SQLCompiler
    words: str
    places: Sequence[tuple[int | None, Any]]

    def given(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """All that stands in the statement, with these values in their places."""
        return tuple(each if at is None else values[at] for at, each in self.places)


class KeptQuestion(Generic[Row]):
    """A function that builds a queryset of its values, asked by calling it with some.

    Values stand for themselves: the function must neither look at them nor at the clock. What
    decides how the question reads is given by name, and for each of that it is written once.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self._build = build
        self._kept: dict[Hashable, _Written | None] = {}
        update_wrapper(self, build)

    def __call__(self, *values: Any, **sort: Hashable) -> list[Row]:
        """The rows there are now."""
        written = self._known(values, sort)
        return [] if written is None else list(_asked(written, values))

    def words(self, *values: Any, **sort: Hashable) -> tuple[str, Sequence[Any]]:
        """The statement and its values, to be a part of another one."""
        written = self._known(values, sort)
        if written is None:
            raise EmptyResultSet
        return written.words, written.given(values)

    def _known(self, values: Sequence[Any], sort: dict[str, Any]) -> _Written | None:
        key = (*sort.items(), *(type(each) for each in values))
        if key not in self._kept:
            self._kept[key] = self._written(values, sort)
        return self._kept[key]

    def _written(self, values: Sequence[Any], sort: dict[str, Any]) -> _Written | None:
        marks = [_mark(place, value) for place, value in enumerate(values)]
        rows = self._build(*marks, **sort)
        compiler = rows.query.get_compiler(using=DEFAULT_DB_ALIAS)
        try:
            words, given = compiler.as_sql()
        except EmptyResultSet:
            return None
        places = [
            (next((at for at, mark in enumerate(marks) if _is(each, mark)), None), each)
            for each in given
        ]
        return _Written(rows, compiler, words, places)


def _mark(place: int, value: Any) -> Any:
    if isinstance(value, int):
        return FIRST - place
    if isinstance(value, datetime):
        return EPOCH + timedelta(days=place)
    if isinstance(value, str):
        return f"{UNPRINTED}{place}"
    return object()


def _is(given: Any, mark: Any) -> bool:
    return given is mark or (type(given) is type(mark) and bool(given == mark))


def _asked(written: _Written, values: Sequence[Any]) -> QuerySet[Any]:
    given = written.given(values)
    compiler = copy(written.compiler)
    compiler.connection = connections[DEFAULT_DB_ALIAS]
    compiler.as_sql = lambda *_, **__: (written.words, given)  # type: ignore[method-assign]
    rows = written.rows.all()
    rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
    return rows


def kept_question(build: Callable[..., QuerySet[Any]]) -> KeptQuestion[Any]:
    """Have the question that a function builds written once and asked often."""
    return KeptQuestion(build)


def hidden(key: Any) -> RawSQL:
    """A key that the planner is not shown, since for every other one it would plan anew."""
    return RawSQL("(SELECT %s::bigint)", [key])


def among(keys: Any) -> RawSQL:
    """The keys of a list of any length, for ``pk__in`` in a kept question."""
    return RawSQL("SELECT unnest(%s::bigint[])", [keys])
