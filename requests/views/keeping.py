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
from requests import actions, selectors
from requests.actions.keeping import ICONS
from requests.editing import (
    ROW,
    columns_in,
    columns_of,
    made_in,
    question_of,
    row_of,
    rows_in,
)
from requests.forms import asked_of, words_of_rows
from requests.models import CatalogItem, ItemVersion
from requests.pricing import currency_of
from requests.questions import checked_questions
from requests.rows import Row, pressed, rows_of, with_blanks
from requests.sheets import MOST_BYTES, write
from requests.step_rows import SAID_IN, STEP, step_of, step_rows_of
from requests.term_rows import (
    STAGE,
    STAGE_SAID_IN,
    approval_of,
    audience_of,
    lease_of,
    stage_row_of,
    terms_in,
    terms_of,
)

SIZE = 50
MORE_ROWS = 5
# What the list shows nothing of.
UNSEEN = (
    *("search", "description"),
    *(f"current__{each}" for each in ("questions", "steps", "approval", "lease")),
)
# The rows of each sort: their fields, and how many empty ones stand there where there is none.
SORTS = {"questions": (ROW, 2), "steps": (STEP, 1), "stages": (STAGE, 1)}


@staff_only
def items(request: HttpRequest) -> HttpResponse:
    """Every item, and whether it can be ordered."""
    user = person_of(request)
    found = selectors.visible_items(user).order_by("category__position", "name").defer(*UNSEEN)
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
        "rows": {
            "questions": rows_in(request.POST),
            "steps": rows_of(request.POST, STEP, prefix="s", said_in=SAID_IN),
            "stages": rows_of(request.POST, STAGE, prefix="a", said_in=STAGE_SAID_IN),
        },
        "terms": terms_in(request.POST),
        "made": request.POST.get("made", ""),
    }
    press = pressed(request.POST.get("do", ""), given["rows"])
    if press is not None:
        rows, more_of = press
        return _form(request, item, given=given | {"rows": rows}, more_of=more_of)
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
    rows, terms = given["rows"], given["terms"]
    made = made_in(given["made"]) or {
        "steps": [step_of(each) for each in rows["steps"]],
        "approval": approval_of(terms, rows["stages"]),
        "lease": lease_of(terms),
        "audience": audience_of(terms),
    }
    columns = given["columns"] | {"audience": made.pop("audience", None) or {}}
    return actions.keep_whole(
        item=item,
        columns=columns,
        made={**made, "questions": [question_of(each) for each in rows["questions"]]},
        actor=user,
    )


def _given(item: CatalogItem | None) -> dict[str, Any]:
    if item is None:
        rows: dict[str, list[Row]] = {"questions": [], "steps": [], "stages": []}
        columns: dict[str, Any] = {"is_available": True}
        return {"columns": columns, "rows": rows, "terms": terms_of({}, {}, {}), "made": ""}
    columns = columns_of(item) | {
        "is_available": item.is_available,
        "includes": [each.item.slug for each in item.parts.select_related("item")],
    }
    version = item.current or ItemVersion(item=item)
    rows = {
        "questions": [row_of(each) for each in version.questions],
        "steps": step_rows_of(version.steps),
        "stages": [stage_row_of(each) for each in version.approval.get("stages", ())],
    }
    terms = terms_of(version.approval, version.lease, item.audience)
    return {"columns": columns, "rows": rows, "terms": terms, "made": ""}


def _form(
    request: HttpRequest,
    item: CatalogItem | None,
    *,
    given: dict[str, Any],
    more_of: str = "",
    refusal: Refused | None = None,
) -> HttpResponse:
    user = person_of(request)
    others = (
        selectors.visible_items(user).select_related(None).only("slug", "name").order_by("name")
    )
    shown = {
        "item": item,
        "given": given["columns"],
        "lists": _lists(given["rows"], more_of, refusal),
        "terms": given["terms"],
        "made": given["made"],
        "icons": ICONS,
        "currency": currency_of(""),
        "categories": selectors.all_categories(),
        "others": [each for each in others if item is None or each.pk != item.pk],
        "wrong": str(refusal or ""),
        "wrong_field": refusal.field if refusal else "",
        "asked": _previewed(given["rows"]["questions"]),
        **words_of_rows(user),
    }
    return render(request, "requests/item.html", shown, status=422 if refusal else 200)


def _lists(
    rows: dict[str, list[Row]], more_of: str, refusal: Refused | None
) -> dict[str, dict[str, Any]]:
    """What the page shows of each sort of row: those there are, some empty ones, what is wrong."""
    wrong_of = {"approval": "stages"}.get(refusal.field or "", refusal.field) if refusal else ""
    return {
        sort: {
            "sort": sort,
            "rows": with_blanks(
                rows[sort],
                names,
                more=MORE_ROWS if more_of == sort else 0 if rows[sort] else empty,
            ),
            "blank": dict.fromkeys(names, ""),
            "wrong_place": getattr(refusal, "place", 0) if wrong_of == sort else 0,
            "why": getattr(refusal, "why", ""),
        }
        for sort, (names, empty) in SORTS.items()
    }


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
