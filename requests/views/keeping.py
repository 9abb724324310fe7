"""Keeping the catalogue: its list, the editor of an item, and all of it as one text."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from itsm.core.errors import NotAllowed, Refused
from itsm.core.lasting import lasting
from itsm.people.access import person_of, staff_only
from itsm.people.selectors import visible_teams
from requests import actions, selectors
from requests.actions.keeping import ICONS
from requests.editing import (
    columns_in,
    columns_of,
    made_in,
    question_of,
    row_of,
    rows_in,
    text_of,
    with_blanks,
)
from requests.forms import asked_of
from requests.models import CatalogItem
from requests.questions import PATTERNS, PREFILLS, TYPES, checked_questions
from requests.sheets import MOST_BYTES, write

SIZE = 50
MORE_ROWS = 5


@staff_only
def items(request: HttpRequest) -> HttpResponse:
    """Every item, and whether it can be ordered."""
    user = person_of(request)
    found = selectors.visible_items(user).order_by("category__position", "name")
    page = Paginator(found, SIZE).get_page(request.GET.get("page"))
    shown = {"page": page, "may_keep": user.has_perm("requests.manage")}
    return render(request, "requests/items.html", shown)


@staff_only
def new(request: HttpRequest) -> HttpResponse:
    """Make an item."""
    _check_may_keep(request)
    return _edit(request, None)


@staff_only
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change an item, and what is asked and done for it."""
    _check_may_keep(request)
    return _edit(request, selectors.item_for(person_of(request), slug))


def _check_may_keep(request: HttpRequest) -> None:
    if not person_of(request).has_perm("requests.manage"):
        raise NotAllowed(_("Only process managers keep the catalogue."))


def _edit(request: HttpRequest, item: CatalogItem | None) -> HttpResponse:
    if request.method != "POST":
        return _form(request, item, given=_given(item))
    given: dict[str, Any] = {
        "columns": columns_in(request.POST.dict()) | _flags(request),
        "rows": rows_in(request.POST),
        "made": request.POST.get("made", ""),
    }
    if request.POST.get("do") == "more":
        return _form(request, item, given=given, more=MORE_ROWS)
    try:
        kept = _kept(request, item, given)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _form(request, item, given=given, refusal=refusal)
    said = {"name": kept, "number": kept.current.number if kept.current else 0}
    messages.success(request, _("%(name)s is kept, version %(number)d.") % said)
    return redirect("catalogue-edit", slug=kept.slug)


def _flags(request: HttpRequest) -> dict[str, Any]:
    return {
        "is_available": request.POST.get("is_available") == "on",
        "includes": [each for each in request.POST.getlist("includes") if each],
    }


def _kept(request: HttpRequest, item: CatalogItem | None, given: dict[str, Any]) -> CatalogItem:
    user = person_of(request)
    made = made_in(given["made"])
    columns = given["columns"] | {"audience": made.pop("audience", None) or {}}
    return actions.keep_whole(
        item=item,
        columns=columns,
        made={**made, "questions": [question_of(each) for each in given["rows"]]},
        actor=user,
    )


def _given(item: CatalogItem | None) -> dict[str, Any]:
    if item is None:
        return {"columns": {"is_available": True}, "rows": [], "made": ""}
    columns = columns_of(item) | {
        "is_available": item.is_available,
        "includes": [each.item.slug for each in item.parts.select_related("item")],
    }
    questions = item.current.questions if item.current else []
    rows = [row_of(each) for each in questions]
    return {"columns": columns, "rows": rows, "made": text_of(item)}


def _form(
    request: HttpRequest,
    item: CatalogItem | None,
    *,
    given: dict[str, Any],
    more: int = 2,
    refusal: Refused | None = None,
) -> HttpResponse:
    user = person_of(request)
    others = selectors.visible_items(user).order_by("name")
    shown = {
        "item": item,
        "given": given["columns"],
        "rows": with_blanks(given["rows"], more=more),
        "blank": with_blanks([], more=1)[0],
        "made": given["made"],
        "types": TYPES,
        "patterns": list(PATTERNS),
        "prefills": PREFILLS,
        "icons": ICONS,
        "categories": selectors.all_categories(),
        "teams": visible_teams(user),
        "others": [each for each in others if item is None or each.pk != item.pk],
        "wrong": str(refusal or ""),
        "wrong_field": getattr(refusal, "field", ""),
        "asked": _previewed(given["rows"]),
    }
    return render(request, "requests/item.html", shown, status=422 if refusal else 200)


def _previewed(rows: list[dict[str, str]]) -> list[Any]:
    try:
        questions = checked_questions([question_of(each) for each in rows])
    except Refused:
        return []
    return asked_of(questions, prefix="preview", answers={})


@staff_only
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What the rows of questions will look like to whoever orders, or what is wrong with them."""
    _check_may_keep(request)
    try:
        questions = checked_questions([question_of(each) for each in rows_in(request.POST)])
    except Refused as refusal:
        return render(request, "requests/_preview.html", {"wrong": str(refusal)})
    asked = asked_of(questions, prefix="preview", answers={})
    return render(request, "requests/_preview.html", {"asked": asked})


@staff_only
def sheet(request: HttpRequest) -> HttpResponse:
    """All of the catalogue as one text: to look at, to take along, to take in."""
    user = person_of(request)
    if request.method != "POST":
        return _sheet(request, _written(request))
    _check_may_keep(request)
    text = request.POST.get("text", "")[: MOST_BYTES * 2].replace("\r\n", "\n")
    try:
        taken = actions.take_in(text=text, actor=user)
    except NotAllowed:
        raise
    except Refused as refusal:
        return _sheet(request, text, wrong=str(refusal))
    said = {"added": taken.added, "changed": taken.changed}
    messages.success(request, _("%(added)d items added, %(changed)d looked at.") % said)
    return redirect("catalogue-sheet")


def _written(request: HttpRequest) -> str:
    user = person_of(request)
    found = selectors.with_items(selectors.visible_items(user).order_by("slug"))
    return write(selectors.all_categories(), found)


def _sheet(request: HttpRequest, text: str, *, wrong: str = "") -> HttpResponse:
    if request.GET.get("as") == "file":
        answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="catalogue.yaml"'
        return answer
    shown = {
        "text": text,
        "wrong": wrong,
        "may_keep": person_of(request).has_perm("requests.manage"),
    }
    return render(request, "requests/sheet.html", shown, status=422 if wrong else 200)


@staff_only
def lead_times(request: HttpRequest) -> HttpResponse:
    """How long fulfilment takes, item by item; each number leads to its requests."""
    days = request.GET.get("days", "30")
    days = days if days in ("7", "30", "90", "365") else "30"
    since = timezone.localtime() - timedelta(days=int(days))
    # From the first moment of that day, so that a number is the number of rows it leads to.
    since = since.replace(hour=0, minute=0, second=0, microsecond=0)
    told = selectors.lead_times(person_of(request), since)
    shown = {
        "rows": [
            {**each, "median": lasting(each["median"]), "longest": lasting(each["longest"])}
            for each in told
        ],
        "days": days,
        "spans": ("7", "30", "90", "365"),
        "since": since.date().isoformat(),
    }
    return render(request, "requests/lead_times.html", shown)
