"""How fast and how safely is delivered: figures, their course, and the rows of each."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from changes.deliveries import (
    PRODUCTION,
    Scope,
    deliveries_in,
    environments_known,
    scope_of,
)
from changes.dora import (
    DEFINITION,
    PICKS,
    Delivery,
    Part,
    figures_of,
    parts_by,
    parts_in_time,
    rows_of,
)
from itsm.core.errors import Refused
from itsm.core.lasting import lasting
from itsm.dashboard.asking import asked_of
from itsm.dashboard.charts import Column, Curve, columns, curves
from itsm.inventory.selectors import titles_of_services
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.people.selectors import visible_teams
from itsm.tickets.selectors import numbers_visible_to

SIZE = 50
MOST_GROUPS = 50
USUAL_DAYS = 30
DAYS = (7, 30, 90, 365)
GROUPS = {"service": _l("Service"), "team": _l("Team"), "environment": _l("Environment")}
TITLES: Mapping[str, Any] = {
    "deployments": _l("Deployments"),
    "lead_time": _l("Lead time"),
    "frequency": _l("Deployment frequency"),
    "fail_rate": _l("Change fail rate"),
    "recovery": _l("Failed deployment recovery time"),
    "rework": _l("Rework rate"),
    "suspected": _l("Suspected and not confirmed"),
    "unrecovered": _l("Failed and not recovered"),
}
DEFINITIONS: Mapping[str, Any] = {
    "deployments": _l(
        "Those into the environment that are over: they succeeded, failed or were rolled back."
    ),
    "lead_time": _l(
        "The median time from the first commit of a successful deployment to its end; those "
        "whose commits nobody told are left out."
    ),
    "frequency": _l("Successful deployments a day."),
    "fail_rate": _l(
        "The share of deployments that failed, were rolled back, had to be fixed by another "
        "change, or caused an incident that somebody confirmed. Each counts once; being the "
        "last before an incident counts for nothing."
    ),
    "recovery": _l(
        "The median time from the end of a failed deployment until its last incident was "
        "mitigated or resolved, its fix was delivered, or the next deployment of the service "
        "succeeded; of one rolled back, how long it lasted."
    ),
    "rework": _l(
        "The share of deployments that fix an incident or another change, or are emergencies."
    ),
    "suspected": _l(
        "Deployments an incident is likely to come from, though nobody has confirmed it. They "
        "do not count."
    ),
    "unrecovered": _l(
        "Failed deployments after which nothing has been put right yet, as far as is known."
    ),
}
FIGURES = ("lead_time", "frequency", "fail_rate", "recovery", "rework")


@staff_only
def delivery(request: HttpRequest) -> HttpResponse:
    """The figures of a scope, over time and by service, team or environment."""
    user, asked = person_of(request), asked_of(request)
    scope, days = _scope(asked)
    by = asked.get("by", "") if asked.get("by") in GROUPS else "service"
    deliveries = deliveries_in(user, scope)
    whole = figures_of(deliveries, days=scope.days)
    parts = parts_in_time(deliveries, start=scope.start, end=scope.end, length=_length(scope))
    groups = parts_by(by, deliveries, days=scope.days)
    shown = groups[:MOST_GROUPS]
    titles = titles_of_services([each.name for each in shown]) if by == "service" else {}
    content = {
        "scope": scope,
        "tiles": _tiles(scope, whole),
        "suspected": whole.counts["suspected"],
        "suspected_address": _address(scope, figure="suspected"),
        "unrecovered": whole.counts["unrecovered"],
        "unrecovered_address": _address(scope, figure="unrecovered"),
        "deployments": whole.deployments,
        "charts": _charts(parts) if deliveries else [],
        "stretches": [
            (
                _day(each.start),
                _address(scope, start=each.start, end=each.end),
                _cells(each.figures),
            )
            for each in parts
        ],
        "by": by,
        "groups": [
            (
                titles.get(each.name, each.name) or _("None"),
                _narrowed(scope, by, each.name, days),
                _cells(each.figures),
            )
            for each in shown
        ],
        "has_more_groups": len(groups) > MOST_GROUPS,
        "grouping": [(name, label, _page(scope, days, by=name)) for name, label in GROUPS.items()],
        "definition": DEFINITION,
        "definitions": [(TITLES[name], DEFINITIONS[name]) for name in PICKS],
        "days": days,
        "lengths": DAYS,
        "environments": environments_known(),
        "teams": visible_teams(user),
    }
    return render(request, "dashboard/delivery.html", content)


@staff_only
def delivery_rows(request: HttpRequest) -> HttpResponse:
    """The deployments a figure is the sum of."""
    user, asked = person_of(request), asked_of(request)
    scope, _days = _scope(asked)
    figure = asked.get("figure", "") if asked.get("figure") in PICKS else "deployments"
    deliveries = deliveries_in(user, scope)
    found = rows_of(figure, deliveries)
    page = Paginator(found, SIZE).get_page(asked.get("page"))
    shown = list(page)
    numbers = _numbers(user, shown)
    titles = titles_of_services({each.service for each in shown})
    content = {
        "title": TITLES[figure],
        "definition": DEFINITION,
        "about": DEFINITIONS[figure],
        "scope": scope,
        "count": len(found),
        "total": len(deliveries),
        "figure": figure,
        "page": page,
        "rows": [
            (each, titles.get(each.service, each.service), _told(each, numbers)) for each in shown
        ],
        "newer": _rows_address(scope, figure, page.number - 1) if page.has_previous() else "",
        "older": _rows_address(scope, figure, page.number + 1) if page.has_next() else "",
        "csv": f"/delivery/csv/?{_query(scope, figure=figure)}",
        "whole": f"/delivery/?{_query(scope)}",
    }
    return render(request, "dashboard/delivery_rows.html", content)


@staff_only
def delivery_csv(request: HttpRequest) -> HttpResponse:
    """The same rows as a table for other programs, with no more than this person may see."""
    user, asked = person_of(request), asked_of(request)
    scope, _days = _scope(asked)
    figure = asked.get("figure", "") if asked.get("figure") in PICKS else "deployments"
    found = rows_of(figure, deliveries_in(user, scope))
    numbers = _numbers(user, found)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{figure}.csv"'
    table = csv.writer(answer)
    table.writerow(HEAD)
    table.writerows([_plain(cell) for cell in _line(each, numbers)] for each in found)
    return answer


HEAD = (
    "id", "service", "team", "environment", "revision", "outcome", "started_at", "finished_at",
    "first_commit_at", "lead_time_seconds", "failed", "recovery_seconds", "rework", "change",
    "incidents", "suspected", "definition",
)  # fmt: skip


def _line(each: Delivery, numbers: Mapping[int, str]) -> tuple[Any, ...]:
    told = _told(each, numbers)
    return (
        each.key, each.service, each.team, each.environment, each.revision, each.outcome,
        _iso(each.started_at), _iso(each.finished_at), _iso(each.first_commit_at),
        _seconds(each.lead_time), int(each.is_failed), _seconds(each.recovery),
        int(each.is_rework), told["change"], " ".join(told["incidents"]),
        " ".join(told["suspected"]), DEFINITION,
    )  # fmt: skip


def _plain(cell: Any) -> Any:
    # A table that is opened must not take a name for a formula.
    is_formula = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{cell}" if is_formula else cell


def _numbers(user: User, deliveries: Sequence[Delivery]) -> dict[int, str]:
    ids = {each.change_id for each in deliveries} - {None}
    for each in deliveries:
        ids |= {one.key for one in (*each.troubles, *each.suspected)}
    return numbers_visible_to(user, [pk for pk in ids if pk is not None])


def _told(each: Delivery, numbers: Mapping[int, str]) -> dict[str, Any]:
    return {
        "change": numbers.get(each.change_id or 0, ""),
        "incidents": [numbers[one.key] for one in each.troubles if one.key in numbers],
        "suspected": [numbers[one.key] for one in each.suspected if one.key in numbers],
        "hidden": sum(one.key not in numbers for one in each.troubles),
        "lead_time": lasting(each.lead_time) if each.lead_time is not None else "",
        "recovery": lasting(each.recovery) if each.recovery is not None else "",
    }


def _scope(asked: Mapping[str, str]) -> tuple[Scope, int]:
    """The scope of an address; what makes no sense in it is as if it was not said."""
    days = next((each for each in DAYS if str(each) == asked.get("days")), USUAL_DAYS)
    environment = asked.get("environment", PRODUCTION)
    where = "" if environment == "all" else environment
    service, team = asked.get("service", ""), asked.get("team", "")
    end = _instant(asked.get("end")) or timezone.now()
    start = _instant(asked.get("start")) or end - timedelta(days=days)
    try:
        scope = scope_of(start=start, end=end, environment=where, service=service, team=team)
    except Refused:
        scope = scope_of(environment=where, service=service, team=team)
    return scope, days


def _instant(text: str | None) -> datetime | None:
    try:
        at = parse_datetime((text or "").replace(" ", "+"))
    except ValueError:
        return None
    return at if at is not None and timezone.is_aware(at) and 1971 <= at.year <= 9000 else None


def _query(scope: Scope, **more: Any) -> str:
    given = {
        "start": _iso(scope.start),
        "end": _iso(scope.end),
        "environment": scope.environment or "all",
        "service": scope.service,
        "team": scope.team,
    } | {name: _iso(each) if isinstance(each, datetime) else each for name, each in more.items()}
    return urlencode({name: value for name, value in given.items() if value})


def _address(scope: Scope, **more: Any) -> str:
    return f"/delivery/rows/?{_query(scope, **more)}"


def _rows_address(scope: Scope, figure: str, page: int) -> str:
    return _address(scope, figure=figure, page=page)


def _page(scope: Scope, days: int, **more: str) -> str:
    given = {"environment": scope.environment or "all", "service": scope.service}
    given |= {"team": scope.team, "days": str(days), **more}
    return f"/delivery/?{urlencode({name: value for name, value in given.items() if value})}"


def _narrowed(scope: Scope, by: str, name: str, days: int) -> str:
    return _page(scope, days, **{by: name}) if name else ""


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _seconds(span: timedelta | None) -> Any:
    return "" if span is None else round(span.total_seconds())


def _length(scope: Scope) -> timedelta:
    lengths = ((14, 1), (120, 7))
    return timedelta(days=next((each for most, each in lengths if scope.days <= most), 28))


def _day(at: datetime | None) -> str:
    return formats.date_format(timezone.localtime(at), "SHORT_DATE_FORMAT") if at else ""


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{formats.number_format(round(100 * share, 1), 1)} %"


def _cells(figures: Any) -> dict[str, str]:
    """The figures as a row of a table shows them."""
    return {
        "deployments": str(figures.deployments),
        "failed": str(figures.counts["fail_rate"]),
        "lead_time": lasting(figures.lead_time),
        "frequency": formats.number_format(round(figures.per_day, 2), 2),
        "fail_rate": _percent(figures.fail_rate),
        "recovery": lasting(figures.recovery),
        "rework": _percent(figures.rework_rate),
    }


def _tiles(scope: Scope, whole: Any) -> list[dict[str, Any]]:
    cells, total = _cells(whole), whole.deployments
    words = {
        "lead_time": _("median of %(count)d") % {"count": whole.counts["lead_time"]},
        "frequency": _("a day; %(count)d succeeded") % {"count": whole.counts["frequency"]},
        "recovery": _("median of %(count)d") % {"count": whole.counts["recovery"]},
    }
    for name in ("fail_rate", "rework"):
        words[name] = _("%(count)d of %(total)d") % {"count": whole.counts[name], "total": total}
    return [
        {
            "title": TITLES[name],
            "value": cells[name],
            "more": words[name],
            "address": _address(scope, figure=name),
        }
        for name in FIGURES
    ]


def _charts(parts: Sequence[Part]) -> list[dict[str, Any]]:
    names = [_day(each.start) for each in parts]
    bars = [
        Column(
            name,
            each.figures.deployments - each.figures.counts["fail_rate"],
            each.figures.counts["fail_rate"],
        )
        for name, each in zip(names, parts, strict=True)
    ]
    hours = [
        Curve(look, [_hours(getattr(each.figures, field)) for each in parts])
        for look, field in (("is-lead", "lead_time"), ("is-recovery", "recovery"))
    ]
    most = max((value for each in hours for value in each.values if value is not None), default=0)
    label = _("Lead time and recovery time over time")
    return [
        {
            "title": _("Deployments"),
            "keys": [("good", _("Went well")), ("bad", _("Failed"))],
            "picture": columns(bars, label=_("Deployments over time")),
        },
        {
            "title": _("Lead time and recovery"),
            "keys": [("is-lead", _("Lead time")), ("is-recovery", _("Recovery time"))],
            "picture": curves(
                hours, names=names, label=label, top=lasting(timedelta(hours=most)), most=most
            ),
        },
    ]


def _hours(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds() / 3600
