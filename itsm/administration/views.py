"""The administrators' pages: overview, audit, roles, test mail, import."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_GET, require_POST

from itsm.administration import actions, checklist, condition, rights
from itsm.administration import audit as audits
from itsm.administration.forms import AuditForm, ImportForm
from itsm.core import sheets
from itsm.core.errors import Refused
from itsm.core.sheets import WRONG, Report
from itsm.inventory.actions import import_components, import_services
from itsm.inventory.actions.importing import COMPONENT_COLUMNS, SERVICE_COLUMNS
from itsm.people.access import person_of
from itsm.people.actions import import_people
from itsm.people.actions.importing import PERSON_COLUMNS

RECENT = 6


@dataclass(frozen=True)
class Table:
    """A sort of table that can be taken in: by what, with which columns, and who may.

    ``key`` is the one column it needs, ``shown_at`` the address where the records are then.
    """

    title: Any
    take_in: Callable[..., Report]
    columns: tuple[str, ...]
    shown_at: str
    needs: str = "inventory.edit"
    key: str = "name"


TABLES = {
    "services": Table(
        _l("Import services"),
        import_services,
        SERVICE_COLUMNS,
        "admin:inventory_service_changelist",
    ),
    "components": Table(
        _l("Import components"),
        import_components,
        COMPONENT_COLUMNS,
        "admin:inventory_configurationitem_changelist",
    ),
    "people": Table(
        _l("Import people"),
        import_people,
        PERSON_COLUMNS,
        "admin:people_user_changelist",
        needs="people.edit",
        key="username",
    ),
}


def overview(request: HttpRequest) -> dict[str, Any]:
    """What the first page shows besides the list of what can be edited."""
    person = person_of(request)
    if not person.has_perm("config.edit"):
        return {"recent": audits.recent(RECENT)}
    steps = checklist.steps()
    return {
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "signs": condition.signs(),
        "recent": audits.recent(RECENT),
    }


@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Every change of the configuration, newest first, a page at a time."""
    _demand(request, "audit.view")
    form = AuditForm(request.GET)
    found = list(audits.changes(form.cleaned_data)[: audits.PAGE + 1]) if form.is_valid() else []
    shown = found[: audits.PAGE]
    more = shown[-1].pk if len(found) > audits.PAGE else None
    asked = {name: value for name, value in request.GET.items() if value and name != "before"}
    context = {
        "title": _("Audit of the configuration"),
        "form": form,
        "entries": audits.entries(shown),
        "asked": urlencode(asked),
        "older": urlencode({**asked, "before": more}) if more else "",
        "is_filtered": bool(asked),
    }
    return _page(request, "administration/audit.html", context)


@require_GET
def audit_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as a table, safe to open in a spreadsheet."""
    _demand(request, "audit.view")
    form = AuditForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    events = audits.changes(asked)[: audits.MOST_EXPORTED].iterator(chunk_size=500)
    response = StreamingHttpResponse(_lines(events), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Who may do what."""
    context = {"title": _("Roles"), "roles": rights.roles(), "matrix": rights.matrix()}
    return _page(request, "administration/roles.html", context)


@require_POST
def test_mail(request: HttpRequest) -> HttpResponse:
    """Send the administrator a mail."""
    _demand(request, "config.edit")
    person = person_of(request)
    try:
        actions.send_test_mail(actor=person)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        to = {"address": person.email}
        messages.success(request, _("A test is on its way to %(address)s.") % to)
    return redirect("admin:index")


def import_table(request: HttpRequest, table: str) -> HttpResponse:
    """Take a table in: look at what would become of each row first, then do it."""
    if table not in TABLES:
        raise Http404
    found = TABLES[table]
    _demand(request, found.needs)
    is_sent = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if is_sent else ImportForm()
    report = _imported(request, form, found) if is_sent else None
    if report is not None and report.is_written:
        messages.success(request, _("%(count)d rows were taken in.") % {"count": len(report.rows)})
        return redirect(found.shown_at)
    context = {
        "title": found.title,
        "form": form,
        "columns": ", ".join(found.columns),
        "key": found.key,
        "report": report,
        "counts": _counts(report) if report else [],
        "is_clean": report is not None and not report.count(WRONG),
        "text": form.cleaned_data.get("text", "") if form.is_bound and form.is_valid() else "",
    }
    is_refused = form.is_bound and (not form.is_valid() or report is None)
    return _page(request, "administration/import.html", context, status=422 if is_refused else 200)


def _imported(request: HttpRequest, form: ImportForm, table: Table) -> Report | None:
    if not form.is_valid():
        return None
    text, is_trial = form.cleaned_data["text"], "write" not in request.POST
    try:
        return table.take_in(text=text, actor=person_of(request), dry_run=is_trial)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def _counts(report: Report) -> list[tuple[Any, int]]:
    words = {
        "added": _("new"),
        "changed": _("changed"),
        "unchanged": _("as they are"),
        WRONG: _("wrong"),
    }
    return [(word, report.count(outcome)) for outcome, word in words.items()]


def _lines(events: Any) -> Iterator[str]:
    yield sheets.written([], columns=audits.COLUMNS)
    for event in events:
        rows = sheets.written(audits.rows([event]), columns=audits.COLUMNS)
        yield rows.partition("\r\n")[2]


def _demand(request: HttpRequest, capability: str) -> None:
    if not person_of(request).has_perm(capability):
        raise PermissionDenied


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    known = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, template, known, status=status)
