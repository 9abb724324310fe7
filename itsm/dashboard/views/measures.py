"""Are we getting better? The measures, one of them over time and by team, and its rows."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from itsm.core.errors import Refused
from itsm.core.measures import (
    COUNT,
    SUM,
    Measure,
    Scope,
    course_of,
    measure_named,
    pair_of,
    pairs_of,
    rows_of,
    scope_of,
    teams_of,
)
from itsm.core.statistics import Figure
from itsm.dashboard.asking import asked_of
from itsm.dashboard.charts import Column, Range, columns, ranges
from itsm.dashboard.measured import LEAST, basis, cells, change, in_order, shown, standing
from itsm.dashboard.selectors.measured import counted_rows
from itsm.people.access import person_of, staff_only
from itsm.people.models import Team, User
from itsm.people.selectors import team_names, visible_teams

SIZE = 50
MOST_TEAMS = 60
USUAL_DAYS = 30
DAYS = (7, 30, 90, 365)


@staff_only
def measures(request: HttpRequest) -> HttpResponse:
    """Every measure of a time, and whether it became better."""
    user = person_of(request)
    asked = Asked(user, asked_of(request))
    sections: dict[str, list[dict[str, Any]]] = {}
    pairs = pairs_of(user, in_order(), asked.scope)
    for each in in_order():
        tile = _tile_of(each, asked, pairs[each.name])
        sections.setdefault(str(each.section), []).append(tile)
    content = {"asked": asked, "sections": sections.items(), "lengths": DAYS, "least": LEAST}
    return render(request, "dashboard/measures.html", content)


@staff_only
def measure(request: HttpRequest, name: str) -> HttpResponse:
    """One measure: its number, its course, and the teams side by side."""
    user, found = person_of(request), measure_named(name)
    asked = Asked(user, asked_of(request))
    pair = pair_of(user, found, asked.scope)
    course = course_of(user, found, asked.scope)
    content = {
        "asked": asked,
        "lengths": DAYS,
        "least": LEAST,
        "measure": found,
        "tile": _tile_of(found, asked, pair),
        "rows": asked.rows(found),
        "picture": _picture(found, course) if pair.now.count else "",
        "course": [
            (_day(scope.start), asked.rows(found, scope=scope), cells(found, figure))
            for scope, figure in course
        ],
        **_teams(user, found, asked, pair.now),
        "whole": f"/measures/?{asked.query()}",
    }
    return render(request, "dashboard/measure.html", content)


@staff_only
def measure_rows(request: HttpRequest, name: str) -> HttpResponse:
    """The rows a number is made of."""
    user, found = person_of(request), measure_named(name)
    asked = Asked(user, asked_of(request))
    count = rows_of(user, found, asked.scope).count()
    page = Paginator(range(count), SIZE).get_page(asked.given.get("page"))
    start = (page.number - 1) * SIZE
    rows = counted_rows(user, found, asked.scope, start=start, size=SIZE)
    pair = pair_of(user, found, asked.scope)
    content = {
        "asked": asked,
        "measure": found,
        "tile": _tile_of(found, asked, pair),
        "count": count,
        "rows": [(each, shown(found, each.value)) for each in rows],
        "newer": asked.rows(found, page=page.number - 1) if page.has_previous() else "",
        "older": asked.rows(found, page=page.number + 1) if page.has_next() else "",
        "csv": f"/measures/{found.name}/csv/?{asked.query(exact=True)}",
        "whole": f"/measures/{found.name}/?{asked.query()}",
        "all": f"/measures/?{asked.query()}",
    }
    return render(request, "dashboard/measure_rows.html", content)


@staff_only
def measure_csv(request: HttpRequest, name: str) -> HttpResponse:
    """The same rows as a table for other programs, with no more than this person may see."""
    user, found = person_of(request), measure_named(name)
    asked = Asked(user, asked_of(request))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.name}.csv"'
    table = csv.writer(answer)
    table.writerow(["number", "title", "team", "at", "value", "measure", "definition"])
    for each in counted_rows(user, found, asked.scope):
        line = (each.number, each.words, each.team, each.at.isoformat(), repr(each.value))
        table.writerow([*map(plain_cell, line), found.name, found.version])
    return answer


def plain_cell(cell: str) -> str:
    """A cell that no program that opens the table takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


class Asked:
    """What an address asks for; what makes no sense in it is as if it was not said."""

    def __init__(self, user: User, given: Mapping[str, str]) -> None:
        self.given = given
        self.teams = list(visible_teams(user))
        self.team = next((each for each in self.teams if each.slug == given.get("team")), None)
        self.days = next((each for each in DAYS if str(each) == given.get("days")), USUAL_DAYS)
        self.until = _date(given.get("until"))
        end = _instant(given.get("end")) or _end_of(self.until) or timezone.now()
        start = _instant(given.get("start")) or end - timedelta(days=self.days)
        team = self.team.pk if self.team else None
        try:
            self.scope = scope_of(start=start, end=end, team=team)
        except Refused:
            self.scope = scope_of(team=team)

    def query(self, *, exact: bool = False, scope: Scope | None = None, **more: Any) -> str:
        """What an address says to ask for the same; ``exact`` says from when until when."""
        given: dict[str, Any] = {"days": self.days, "until": self.until}
        if exact or scope:
            scope = scope or self.scope
            given = {"start": scope.start.isoformat(), "end": scope.end.isoformat()}
        given |= {"team": self.team.slug if self.team else "", **more}
        return urlencode({name: value for name, value in given.items() if value})

    def rows(self, measure: Measure, *, scope: Scope | None = None, **more: Any) -> str:
        """The address of the rows of a measure."""
        if measure.address is not None:
            return measure.address(scope or self.scope)
        return f"/measures/{measure.name}/rows/?{self.query(exact=True, scope=scope, **more)}"

    def narrowed(self, measure: Measure, team: Team) -> str:
        """The address of the measure of one team."""
        return f"/measures/{measure.name}/?{self.query(team=team.slug)}"


def _tile_of(measure: Measure, asked: Asked, pair: Any) -> dict[str, Any]:
    return {
        "measure": measure,
        "address": f"/measures/{measure.name}/?{asked.query()}",
        "basis": basis(measure, pair.now),
        "change": change(measure, pair),
        **cells(measure, pair.now),
    }


def _teams(user: User, measure: Measure, asked: Asked, whole: Figure) -> dict[str, Any]:
    """The teams in the order of their names; those with too few rows only by their sum."""
    if measure.read is not None or asked.team is not None:
        return {"teams": [], "few": 0, "few_rows": 0}
    found = teams_of(user, measure, asked.scope)
    names = team_names({pk for pk in found if pk is not None})
    known = {each.pk: each for each in asked.teams}
    enough = {pk: each for pk, each in found.items() if each.count >= LEAST}
    rows = [
        (
            names.get(pk or 0, _("No team")),
            asked.narrowed(measure, known[pk]) if pk in known else "",
            cells(measure, figure),
            standing(measure, figure, whole),
        )
        for pk, figure in enough.items()
    ]
    few = [each for pk, each in found.items() if pk not in enough]
    rows.sort(key=lambda row: row[0].casefold())
    return {
        "teams": rows[:MOST_TEAMS],
        "more_teams": max(len(rows) - MOST_TEAMS, 0),
        "few": len(few),
        "few_rows": sum(each.count for each in few),
    }


def _picture(measure: Measure, course: Sequence[tuple[Scope, Figure]]) -> SafeString:
    names = [_day(scope.start) for scope, _figure in course]
    figures = [figure for _scope, figure in course]
    label = _("%(measure)s over time") % {"measure": measure.label}
    if measure.how == COUNT:
        bars = [Column(name, each.count, 0) for name, each in zip(names, figures, strict=True)]
        return columns(bars, label=label)
    is_sum = measure.how == SUM
    found = [
        Range(each.middle, None if is_sum else each.low, None if is_sum else each.high)
        for each in figures
    ]
    most = max((top for each in found for top in (each.middle, each.high) if top), default=0.0)
    return ranges(found, names=names, label=label, top=shown(measure, most), most=most)


def _date(text: str | None) -> date | None:
    try:
        found = parse_date(text or "")
    except ValueError:
        return None
    return found if found is not None and 1971 <= found.year <= 9000 else None


def _end_of(day: date | None) -> datetime | None:
    if day is None:
        return None
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    return timezone.make_aware(midnight)


def _instant(text: str | None) -> datetime | None:
    try:
        at = parse_datetime((text or "").replace(" ", "+"))
    except ValueError:
        return None
    return at if at is not None and timezone.is_aware(at) and 1971 <= at.year <= 9000 else None


def _day(at: datetime) -> str:
    return formats.date_format(timezone.localtime(at), "SHORT_DATE_FORMAT")
