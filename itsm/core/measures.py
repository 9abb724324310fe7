"""Measures: numbers the house is judged by, each with its definition, its version and its rows.

A room declares its own in its ``measuring.py`` and gives the rows a number is made of; counting,
comparing and showing are the same for all, so that a number is always the sum of what it opens.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid, NotFound
from itsm.core.registry import Registry
from itsm.core.statistics import (
    NOTHING,
    Figure,
    mean_of,
    share_of,
    sum_of,
    width,
)

# How a measure's rows become its number.
MEDIAN, SHARE, MEAN, COUNT, SUM = "median", "share", "mean", "count", "sum"
# What its number is a number of.
TIME, PART, NUMBER, HOURS, A_DAY = "time", "part", "number", "hours", "a_day"
USUAL = timedelta(days=30)
LONGEST = timedelta(days=366)
# What each row of a measure has.
COLUMNS = ("key", "ticket_key", "at", "value", "team_key", "words")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """When, and of which team, by its key; none named is all."""

    start: datetime
    end: datetime
    team: int | None = None
    # What several measures of one scope read is read once.
    kept: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @cached_property
    def before(self) -> "Scope":
        """The same length of time just before."""
        return replace(self, start=self.start - self.length, end=self.start)


def scope_of(
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    team: int | None = None,
) -> Scope:
    """The scope asked about: the last thirty days, unless said otherwise."""
    end = end or timezone.now()
    start = start or end - USUAL
    if start >= end:
        raise Invalid(_("The end must come after the start."), field="end")
    if end - start > LONGEST:
        raise Invalid(_("Ask about a year at most."), field="start")
    return Scope(start=start, end=end, team=team)


Rows = Callable[[Any, Scope], QuerySet[Any]]
Read = Callable[[Any, Scope], Figure]


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number: how it is called and defined, and the rows it is made of.

    One that is ``standing`` is how things are at the end of the scope rather than what happened in
    it. One that is read otherwise than from rows of the database has ``read``, and an address of
    its own where its rows are. Those that count the same rows by a ``value`` of their own, empty
    where a row does not count, are counted together in one statement.
    """

    name: str
    label: Any
    about: Any
    section: Any
    how: str
    unit: str
    version: str = "1"
    is_less_better: bool = True
    is_standing: bool = False
    rows: Rows | None = None
    value: Any = None
    read: Read | None = None
    address: Callable[[Scope], str] | None = None


measures: Registry[Measure] = Registry("measure")


def measure_named(name: str) -> Measure:
    """The measure of this name; NotFound when there is none."""
    if name not in measures:
        raise NotFound(_("There is no measure %(name)s.") % {"name": name[:60]})
    return measures[name]


def declare(measure: Measure) -> Measure:
    """Add a measure to those that are shown."""
    measures.add(measure.name)(measure)
    return measure


@dataclass(frozen=True)
class Pair:
    """A figure now and in the time before."""

    now: Figure
    before: Figure


def figure_of(user: Any, measure: Measure, scope: Scope) -> Figure:
    """The number of one scope."""
    if measure.read is not None:
        return measure.read(user, scope)
    (found,) = _counted([measure], rows_of(user, measure, scope), "0")
    return found.get(0, nothing_of(measure))


def pair_of(user: Any, measure: Measure, scope: Scope) -> Pair:
    """The number of a scope beside that of the time before; one statement where that can be."""
    return pairs_of(user, [measure], scope)[measure.name]


def pairs_of(user: Any, wanted: Iterable[Measure], scope: Scope) -> dict[str, Pair]:
    """The same of several measures, by their names; those of the same rows are counted together."""
    together: dict[Any, list[Measure]] = {}
    found: dict[str, Pair] = {}
    for each in wanted:
        if each.read is not None:
            found[each.name] = Pair(each.read(user, scope), each.read(user, scope.before))
        else:
            together.setdefault(each.rows if each.value is not None else each.name, []).append(each)
    for members in together.values():
        figures = _pairs_of_alike(user, members, scope)
        found |= {each.name: pair for each, pair in zip(members, figures, strict=True)}
    return found


def _pairs_of_alike(user: Any, members: Sequence[Measure], scope: Scope) -> list[Pair]:
    if members[0].is_standing:
        now, before = (
            _counted(members, _rows_of_alike(user, members, each), "0")
            for each in (scope, scope.before)
        )
        sides = [(each.get(0), former.get(0)) for each, former in zip(now, before, strict=True)]
    else:
        both = replace(scope, start=scope.before.start)
        rows = _rows_of_alike(user, members, both)
        parts = _counted(members, rows, "(at < %s)::int", [scope.start])
        sides = [(each.get(0), each.get(1)) for each in parts]
    return [
        Pair(now or nothing_of(each), before or nothing_of(each))
        for each, (now, before) in zip(members, sides, strict=True)
    ]


def course_of(user: Any, measure: Measure, scope: Scope) -> list[tuple[Scope, Figure]]:
    """The number of each stretch of the scope, the last one as long as is left."""
    stretches = stretches_of(scope)
    if measure.read is not None or measure.is_standing:
        return [(each, figure_of(user, measure, each)) for each in stretches]
    starts = [each.start for each in stretches]
    (found,) = _counted(
        [measure], rows_of(user, measure, scope), "width_bucket(at, %s::timestamptz[])", [starts]
    )
    nothing = nothing_of(measure)
    return [(each, found.get(place, nothing)) for place, each in enumerate(stretches, 1)]


def nothing_of(measure: Measure) -> Figure:
    """The number of no rows: a count or a sum is then nought, of all others nobody can tell."""
    return Figure(0, 0.0) if measure.how in (COUNT, SUM) else NOTHING


def stretches_of(scope: Scope) -> list[Scope]:
    """The scope cut into days, weeks or months, whichever can be looked at together."""
    days = scope.length / timedelta(days=1)
    length = timedelta(days=next((each for most, each in ((14, 1), (120, 7)) if days <= most), 28))
    starts, start = [], scope.start
    while start < scope.end:
        starts.append(start)
        start += length
    ends = [*starts[1:], scope.end]
    pairs = zip(starts, ends, strict=True)
    return [replace(scope, start=each, end=end) for each, end in pairs]


def teams_of(user: Any, measure: Measure, scope: Scope) -> dict[int | None, Figure]:
    """The number of each team that has rows, wide enough to be compared together."""
    if measure.read is not None:
        return {}
    rows = rows_of(user, measure, scope)
    among = max(rows.values("team_key").distinct().count(), 1)
    (found,) = _counted([measure], rows, "team_key", among=among)
    return found


def rows_of(user: Any, measure: Measure, scope: Scope) -> QuerySet[Any]:
    """The rows a number is made of, those this person may see, as plain values."""
    rows = _all_rows(user, measure, scope)
    if measure.value is not None:
        rows = rows.annotate(value=measure.value).filter(value__isnull=False)
    return rows.values(*COLUMNS).order_by()


def _all_rows(user: Any, measure: Measure, scope: Scope) -> QuerySet[Any]:
    if measure.rows is None:
        raise NotFound(_("The rows of %(name)s are elsewhere.") % {"name": measure.label})
    rows = measure.rows(user, scope)
    return rows.filter(team_key=scope.team) if scope.team is not None else rows


def _rows_of_alike(user: Any, members: Sequence[Measure], scope: Scope) -> QuerySet[Any]:
    """The rows of measures that count the same ones, with the value each gives them."""
    if len(members) == 1:
        return rows_of(user, members[0], scope)
    values = {f"value_{place}": each.value for place, each in enumerate(members)}
    rows = _all_rows(user, members[0], scope).annotate(**values)
    found: QuerySet[Any] = rows.values("at", "team_key", *values).order_by()
    return found


READ = """
SELECT part, {asked}
FROM (SELECT {part} AS part, {counted} FROM ({rows}) AS rows GROUP BY 1) AS counted
"""
OF_ALL = """
count({value}) AS n{place}, sum({value}) AS s{place}, avg({value}) AS m{place},
coalesce(stddev_samp({value}), 0) AS d{place}
"""
# Only medians need an order, which is what costs; where the truth may lie is told by its places.
IN_ORDER = "array_agg({value} ORDER BY {value}) FILTER (WHERE {value} IS NOT NULL) AS a{place}"
MIDDLE = """
(a{place}[(n{place} + 1) / 2] + a{place}[n{place} / 2 + 1]) / 2,
a{place}[greatest(floor((n{place} - {spread} * sqrt(n{place})) / 2), 1)::int],
a{place}[least(ceil((n{place} + {spread} * sqrt(n{place})) / 2) + 1, n{place})::int]
"""


def _counted(
    members: Sequence[Measure],
    rows: QuerySet[Any],
    part: str,
    values: Sequence[Any] = (),
    *,
    among: int = 1,
) -> list[dict[Any, Figure]]:
    """For each of the measures the number of each part of the rows, all in one statement."""
    sql, given = rows.query.sql_with_params()
    asked, counted = [], []
    for place, each in enumerate(members):
        column = f"value_{place}" if len(members) > 1 else "value"
        words = {"value": f"{column}::float8", "place": place, "spread": width(among=among)}
        is_median = each.how == MEDIAN
        counted.append(OF_ALL.format(**words) + (f", {IN_ORDER.format(**words)}" * is_median))
        middle = MIDDLE.format(**words) if is_median else "NULL, NULL, NULL"
        asked.append(f"n{place}, s{place}, m{place}, d{place}, {middle}")
    statement = READ.format(part=part, rows=sql, asked=", ".join(asked), counted=", ".join(counted))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *given])
        found = cursor.fetchall()
    return [
        {
            row[0]: _figure(each, row[1 + WIDE * place : 1 + WIDE * (place + 1)], among)
            for row in found
            if row[1 + WIDE * place]
        }
        for place, each in enumerate(members)
    ]


WIDE = 7  # values of each measure


def _figure(measure: Measure, row: Sequence[Any], among: int) -> Figure:
    many, total, mean, deviation, middle, low, high = row
    if measure.how == MEDIAN:
        return Figure(many, middle, low, high, mean, total)
    if measure.how == SHARE:
        return share_of(total, many, among=among)
    if measure.how == MEAN:
        return mean_of(mean, deviation, many, among=among)
    return sum_of(mean, deviation, many) if measure.how == SUM else sum_of(1, 0, many)


def as_plain(figure: Figure) -> Mapping[str, Any]:
    """A figure as the API says it."""
    told = {
        "count": figure.count,
        "value": figure.middle,
        "low": figure.low,
        "high": figure.high,
        "mean": figure.mean,
        "total": figure.total,
    }
    return {
        name: round(each, 6) if isinstance(each, float) else each for name, each in told.items()
    }
