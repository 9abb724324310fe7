"""Questions that pages ask again and again, put into words once.

The ORM takes longer to write such a statement than the database to answer it. What differs from one
time to the next are values alone: marks stand for them while the statement is written, and they are
put in their places whenever it is asked.
"""

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import update_wrapper
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
LAST = 2**63 - 1  # below it are marks, beyond every number anybody asks for
MOST = 100
EPOCH = datetime(1, 1, 2, tzinfo=UTC)  # before everything that happens
UNPRINTED = "\ue000"
# The same as ``hidden``, in statements written by hand.
KEY, INSTANT = "(SELECT %s::bigint)", "(SELECT %s::timestamptz)"


@dataclass(frozen=True)
class _Written:
    """A question in words, with the place of a value or what always stands there."""

    rows: QuerySet[Any]
    compiler: SQLCompiler
    words: str
    places: Sequence[tuple[int | None, Any]]

    def given(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """All that stands in the statement, with these values in their places."""
        return tuple(each if at is None else _as(each, values[at]) for at, each in self.places)


class KeptQuestion(Generic[Row]):
    """A function that builds a queryset of its values, asked by calling it with some.

    Values stand for themselves: the function must neither look at them nor at the clock. What
    decides how the question reads is given by name, and for each of that it is written once.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self._build = build
        self._name = build.__qualname__
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
            if _has_words(self._build(*values, **sort)):
                # Else it would be taken for a question that has no answer, whatever is asked.
                raise TypeError(f"{self._name} asks of a column too small for marks.") from None
            return None
        places = [(_place_of(each, marks), each) for each in given]
        always = [each for at, each in places if at is None]
        if any(_is_like_a_mark(each) for each in always):
            raise TypeError(f"{self._name} changes a value before it asks.")
        if any(isinstance(each, date) for each in always):
            raise TypeError(f"{self._name} looks at the clock: have it given as a value.")
        return _Written(rows, compiler, words, places)


def _has_words(rows: QuerySet[Any]) -> bool:
    try:
        rows.query.get_compiler(using=DEFAULT_DB_ALIAS).as_sql()
    except EmptyResultSet:
        return False
    return True


def _mark(place: int, value: Any) -> Any:
    if isinstance(value, int):
        return LAST - 1 - place
    if isinstance(value, datetime):
        return EPOCH + timedelta(days=place)
    if isinstance(value, str):
        return f"{UNPRINTED}{place}"
    return object()


def _place_of(given: Any, marks: Sequence[Any]) -> int | None:
    """Which of the values stands here, if one does."""
    for place, mark in enumerate(marks):
        if given is mark or (isinstance(given, type(mark)) and given == mark):
            return place
    return None


def _is_like_a_mark(given: Any) -> bool:
    if isinstance(given, int):
        return LAST - MOST <= given < LAST
    return UNPRINTED in str(given) or (isinstance(given, datetime) and given.year == EPOCH.year)


def _as(mark: Any, value: Any) -> Any:
    """The value as the ORM gave the mark: numbers of some columns have a type of their own."""
    return type(mark)(value) if isinstance(mark, int) and type(mark) is not int else value


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


def hidden(value: Any) -> RawSQL:
    """A key or an instant that the planner is not shown, as it would plan anew for every other."""
    shown = INSTANT if isinstance(value, datetime) else KEY
    return RawSQL(shown, [value])  # noqa: S611 constants


def among(keys: Any) -> RawSQL:
    """The keys of a list of any length, for ``pk__in`` in a kept question."""
    return RawSQL("SELECT unnest(%s::bigint[])", [keys])
