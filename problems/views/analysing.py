"""The editors in which the cause of a problem is looked for; without JavaScript, too."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.people.access import person_of, staff_only
from itsm.people.models import User
from itsm.tickets.actions import edit
from itsm.tickets.fields import Field, cleaned
from itsm.tickets.forms import shown
from itsm.tickets.permissions import may_work
from itsm.tickets.views.acting import status_of, version_of
from itsm.tickets.views.opening import refusals_told
from itsm.tickets.views.page import whole
from problems import actions, selectors
from problems.actions.analysing import MOST_ROWS
from problems.desk import desk
from problems.fault_tree import DEEPEST
from problems.forms import ROWS
from problems.models import Method, Problem

Row = dict[str, str]
# So many rows invite to be filled in; chosen words alone do not make a row.
INVITING = {Method.WHYS: 5}
CHOSEN = ("standing", "category", "depth", "gate")
# How a row of a tree is put a step deeper, or back.
STEPS = {"in": 1, "out": -1}
BLANK = {"label": "", "standing": "open"}
BLANK_OF_TREE = {**BLANK, "depth": "1", "gate": "any"}


@staff_only
def analyse(request: HttpRequest, number: str, method: str) -> HttpResponse:
    """Look for the cause by one method, its rows written, moved and taken away at will."""
    user = person_of(request)
    problem = selectors.problem_for(user, number)
    if method not in Method.values:
        raise Http404
    if not may_work(user, problem, "problems.work"):
        raise NotAllowed(_("You may read %(number)s only.") % {"number": problem.number})
    if request.method != "POST":
        return _editor(request, problem, method, _stored(problem, method))
    rows = _typed(request, ROWS[method])
    if word := request.POST.get("do", ""):
        changed = _changed(user, problem, rows, word, blank=_blank(method, rows))
        return _editor(request, problem, method, changed)
    return _save(request, problem, method, rows)


@staff_only
@require_POST
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Take a likely cause of the evidence over into the analysis, as a row to be judged."""
    user = person_of(request)
    problem = selectors.problem_for(user, number)
    with refusals_told(request):
        actions.take_cause(
            problem=problem,
            pack=whole(request.POST.get("pack", "")),
            component=request.POST.get("component", ""),
            actor=user,
        )
        messages.success(request, _("It is a row of the analysis now; judge it there."))
    return redirect(desk.address_of(problem.number))


def _save(request: HttpRequest, problem: Problem, method: str, rows: list[Row]) -> HttpResponse:
    written, values = [each for each in rows if _is_begun(each)], []
    for place, row in enumerate(written):
        try:
            values.append(cleaned(ROWS[method], row))
        except Invalid as refusal:
            return _editor(request, problem, method, written, refusal=refusal, place=place)
    user = person_of(request)
    try:
        kept = actions.write_analysis(
            problem=problem, method=method, rows=values, actor=user,
            expected_version=version_of(request),
        )  # fmt: skip
        found = [each["label"] for each in values if each.get("standing") == "cause"]
        if request.POST.get("save") == "adopt" and found:
            edit(ticket=kept, actor=user, changes={"cause": "\n".join(found)})
    except NotAllowed:
        raise
    except Refused as refusal:
        return _editor(request, problem, method, written, refusal=refusal)
    return redirect(desk.address_of(problem.number))


def _is_begun(row: Mapping[str, str]) -> bool:
    return any(value.strip() for name, value in row.items() if name not in CHOSEN)


def _typed(request: HttpRequest, fields: Sequence[Field]) -> list[Row]:
    rows: list[Row] = []
    while f"row-{len(rows)}-label" in request.POST and len(rows) <= MOST_ROWS:
        start = f"row-{len(rows)}-"
        rows.append({each.name: request.POST.get(start + each.name, "") for each in fields})
    return rows


def _blank(method: str, rows: Sequence[Row]) -> Row:
    """An empty row; in a tree it stands beside the last one."""
    if method != Method.FAULT_TREE:
        return dict(BLANK)
    return {**BLANK_OF_TREE, **({"depth": rows[-1]["depth"]} if rows else {})}


def _changed(user: User, problem: Problem, rows: list[Row], word: str, *, blank: Row) -> list[Row]:
    """The rows after one is added, moved or taken away, as the button says."""
    verb, _dash, place = word.replace("-step", "").partition("-")
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else len(rows)
    if verb == "drop" and at < len(rows):
        rows.pop(at)
    elif verb == "up" and 0 < at < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    elif verb == "add" and len(rows) < MOST_ROWS:
        rows.append(blank)
    elif verb in STEPS and at < len(rows):
        rows[at]["depth"] = str(min(max(_depth(rows[at]) + STEPS[verb], 1), DEEPEST))
    elif verb == "moments":
        known = {each.get("label") for each in rows}
        rows = [each for each in rows if _is_begun(each)]
        for at_time, words in selectors.moments_of(user, problem):
            if words not in known and len(rows) < MOST_ROWS:
                rows.append({"happened_at": _local(at_time), "label": words})
    return rows


def _stored(problem: Problem, method: str) -> list[Row]:
    rows = [
        {
            "label": each.label,
            "text": each.text,
            "other": each.other,
            "category": each.category,
            "standing": each.standing,
            "depth": str(each.depth),
            "gate": each.gate,
            "happened_at": _local(each.happened_at) if each.happened_at else "",
        }
        for each in selectors.findings_of(problem, method)
    ]
    missing = max(INVITING.get(Method(method), 3) - len(rows), 0)
    return [*rows, *(_blank(method, rows) for _each in range(missing))]


def _depth(row: Mapping[str, str]) -> int:
    given = row.get("depth", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 1


def _local(instant: Any) -> str:
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M")


def _editor(
    request: HttpRequest,
    problem: Problem,
    method: str,
    rows: list[Row],
    *,
    refusal: Refused | None = None,
    place: int | None = None,
) -> HttpResponse:
    user = person_of(request)
    content = {
        "ticket": problem,
        "method": Method(method),
        "rows": [
            (_depth(row), _shown(user, method, row, at, refusal if at == place else None))
            for at, row in enumerate(rows)
        ],
        "wrong": str(refusal) if refusal and place is None else "",
        "version": version_of(request) or problem.version,
        "tabs": [
            {
                "words": each.label,
                "address": reverse("problem-analysis", args=[problem.number, each.value]),
                "is_here": each.value == method,
            }
            for each in Method
        ],
    }
    return render(request, "problems/analysis.html", content, status=status_of(refusal))


def _shown(user: User, method: str, row: Row, at: int, refusal: Refused | None) -> Any:
    """The controls of one row, each with a name of its own."""
    start = f"row-{at}-"
    fields = [replace(each, name=start + each.name) for each in ROWS[method]]
    given = {start + name: value for name, value in row.items()}
    wrong = {start + str(refusal.field): str(refusal)} if refusal else {}
    return shown(fields, user=user, given=given, wrong=wrong)
