"""Measures in the API: their numbers, over time and by team, and the rows each is made of."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.fields import Instant
from itsm.core.measures import (
    Measure,
    Pair,
    Scope,
    as_plain,
    course_of,
    measure_named,
    pair_of,
    pairs_of,
    rows_of,
    scope_of,
    teams_of,
)
from itsm.core.rest.asking import Asked
from itsm.core.rest.operations import LIST, PAGE, operation
from itsm.core.rest.shapes import Column, Row, Schema, Shape, instant, mapping, maybe, number, text
from itsm.core.rest.views import Collection
from itsm.core.statistics import verdict
from itsm.dashboard.measured import in_order
from itsm.people.selectors import team_named
from itsm.tickets.api.belongings import PAGED
from itsm.tickets.selectors import names_behind, numbers_visible_to

SCOPE: Mapping[str, Schema] = {
    "start": {"type": "string", "format": "date-time", "description": "Thirty days ago."},
    "end": {"type": "string", "format": "date-time", "description": "Now."},
    "team": {"type": "string", "description": "Short name of the team."},
}
FIGURE = (
    Column("name", text()),
    Column("label", text()),
    Column("definition", text()),
    Column("version", text()),
    Column("unit", text()),
    Column("how", text()),
    Column("start", instant()),
    Column("end", instant()),
    Column("now", mapping()),
    Column("before", mapping()),
    Column("verdict", text()),
)
MEASURE = Shape("Measure", FIGURE)
WHOLE = Shape(
    "MeasureInFull",
    (
        *FIGURE,
        Column("course", {"type": "array", "items": mapping()}),
        Column("teams", {"type": "array", "items": mapping()}),
    ),
)


def _finish(rows: list[Row], viewer: Any) -> None:
    """Put the names in where the keys stand."""
    numbers = numbers_visible_to(viewer, {row["ticket"] for row in rows} - {None})
    slugs = names_behind(teams={row["team"] for row in rows} - {None})["team"]
    for row in rows:
        row["ticket"] = numbers.get(row["ticket"])
        row["team"] = next(iter(slugs.get(row["team"], ())), None)


ROW = Shape(
    "CountedRow",
    (
        Column("id", number(), "key"),
        Column("ticket", maybe(text()), "ticket_key"),
        Column("title", text(), "words"),
        Column("team", maybe(text()), "team_key"),
        Column("at", instant()),
        Column("value", {"type": "number"}),
    ),
    finish=_finish,
)


class MeasureCollection(Collection):
    """What the house is judged by; what a person may not see is not counted for that person."""

    collection = "measures"
    shape = MEASURE
    needs = "tickets.view_all"
    orderings: ClassVar[dict[str, Sequence[str]]] = {"id": ("id",)}

    @operation("get", "", _l("List the measures with their numbers"), gives=MEASURE, many=LIST,
               parameters=SCOPE)  # fmt: skip
    def list(self, request: Asked) -> Response:
        scope = _scope(request.query_params)
        pairs = pairs_of(request.user, in_order(), scope)
        return Response([_told(each, scope, pairs[each.name]) for each in in_order()])

    @operation("get", "<slug:name>/", _l("Show one measure over time and by team"), gives=WHOLE,
               parameters=SCOPE)  # fmt: skip
    def retrieve(self, request: Asked, name: str) -> Response:
        measure, scope = measure_named(name), _scope(request.query_params)
        teams = teams_of(request.user, measure, scope)
        slugs = names_behind(teams={pk for pk in teams if pk is not None})["team"]
        course = [
            {"start": each.start, "end": each.end, **as_plain(figure)}
            for each, figure in course_of(request.user, measure, scope)
        ]
        parts = [
            {"team": next(iter(slugs.get(pk or 0, ())), None), **as_plain(figure)}
            for pk, figure in teams.items()
        ]
        told = {"course": course, "teams": sorted(parts, key=lambda part: part["team"] or "")}
        pair = pair_of(request.user, measure, scope)
        return Response(_told(measure, scope, pair) | told)

    @operation("get", "<slug:name>/rows/", _l("List the rows a number is made of"), gives=ROW,
               many=PAGE, parameters={**SCOPE, **PAGED})  # fmt: skip
    def rows(self, request: Asked, name: str) -> Response:
        scope = _scope(request.query_params)
        return self.page(request, rows_of(request.user, measure_named(name), scope), shape=ROW)


def _told(measure: Measure, scope: Scope, pair: Pair) -> dict[str, Any]:
    return {
        "name": measure.name,
        "label": str(measure.label),
        "definition": str(measure.about),
        "version": measure.version,
        "unit": measure.unit,
        "how": measure.how,
        "start": scope.start,
        "end": scope.end,
        "now": as_plain(pair.now),
        "before": as_plain(pair.before),
        "verdict": verdict(pair.now, pair.before, is_less_better=measure.is_less_better),
    }


def _scope(asked: Mapping[str, str]) -> Scope:
    team = asked.get("team", "")
    return scope_of(
        start=Instant(name="start").clean(_plus(asked.get("start"))),
        end=Instant(name="end").clean(_plus(asked.get("end"))),
        team=team_named(team).pk if team else None,
    )


def _plus(instant_as_sent: str | None) -> str | None:
    # An address turns the plus of an offset into a blank.
    return instant_as_sent.strip().replace(" ", "+") if instant_as_sent else instant_as_sent
