"""Sources of evidence, for administrators: whom to ask what, and who posts log lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from itsm.core.admins import ConfigurationAdmin, ReadOnlyAdmin
from itsm.evidence import actions
from itsm.evidence.forms import EvidenceSourceForm, LogSourceForm
from itsm.evidence.models import EvidenceQuery, EvidenceSource, LogLine, LogSource
from itsm.evidence.snippets import snippet_for
from itsm.monitoring.tool_admin import ToolAdmin


class QueryInline(admin.StackedInline[EvidenceQuery, EvidenceSource]):
    """What it is asked."""

    model = EvidenceQuery
    extra = 0
    autocomplete_fields = ("service",)


def _said_of(tried: actions.Tried) -> str:
    about = tried.about or "–"
    if tried.why:
        # What the tool says names the query by itself.
        return f"{tried.name} ({about}): {tried.why.removeprefix(f'{tried.name}: ')}"
    found = gettext("%(name)s (%(about)s): %(series)s series, %(lines)s lines in the last hour.")
    return found % {
        "name": tried.name, "about": about, "series": tried.series, "lines": tried.lines
    }  # fmt: skip


@admin.register(EvidenceSource)
class EvidenceSourceAdmin(ConfigurationAdmin[EvidenceSource]):
    """Tools that keep metrics or logs; their secrets can be written, and never read again."""

    form = EvidenceSourceForm
    list_display = ("name", "kind", "address", "is_active", "asked_at", "error")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "address")
    inlines = (QueryInline,)

    def get_readonly_fields(self, _request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("asked_at", "error") if obj else ()

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.try_out))
        return [path("<int:pk>/try/", view, name="try_evidence"), *super().get_urls()]

    def try_out(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask the tool what it is asked about troubles, and say what came of each query."""
        source = self.get_object(request, str(pk))
        if source is None:
            raise Http404
        if not self.has_change_permission(request, source):
            raise PermissionDenied
        tried = actions.try_queries(source=source, now=timezone.now())
        for each in tried:
            level = messages.SUCCESS if each.is_well else messages.WARNING
            messages.add_message(request, level, _said_of(each))
        if not tried:
            messages.warning(request, gettext("It is asked nothing yet: add a query."))
        return redirect("admin:evidence_evidencesource_change", pk)


@admin.register(LogSource)
class LogSourceAdmin(ToolAdmin[LogSource]):
    """Tools that pass log lines on; the token is shown once, when it is made."""

    form = LogSourceForm
    box = actions.LOG_SOURCES
    list_display = ("name", "kind", "address", "is_active", "last_heard_at")
    list_filter = ("kind", "is_active")
    fieldsets_of_sort = (
        (_("What is kept"), {"fields": ("most_lines",)}),
        (_("How it shows who it is"), {"classes": ("collapse",), "fields": ("header_name",)}),
    )

    def snippet(self, _request: HttpRequest, tool: LogSource, token: str) -> tuple[str, str]:
        return snippet_for(tool.kind, address=self.address(tool), token=token)

    def ways(self, tool: LogSource) -> Sequence[tuple[Any, str]]:
        lines = reverse("admin:evidence_logline_changelist") + f"?source__id__exact={tool.pk}"
        settings = reverse("admin:evidence_logsource_change", args=[tool.pk])
        return [(_("See what has arrived"), lines), (_("Settings of the source"), settings)]


# As syslog counts them.
LEVELS = (
    *(_("Emergency"), _("Alarm"), _("Critical"), _("Error")),
    *(_("Warning"), _("Notice"), _("Information"), _("Debugging")),
)


def _to_the_second(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i:s")


@admin.register(LogLine)
class LogLineAdmin(ReadOnlyAdmin):
    """The lines of the last day."""

    list_display = ("second", "weight", "service", "program", "host", "text")
    list_filter = ("source",)
    ordering = ("-at", "-id")
    fields = ("second", "weight", "service", "program", "host", "text", "source", "received")
    readonly_fields = fields

    @admin.display(description=_("happened at"), ordering="at")
    def second(self, line: LogLine) -> str:
        return _to_the_second(line.at)

    @admin.display(description=_("received at"))
    def received(self, line: LogLine) -> str:
        return _to_the_second(line.received_at)

    @admin.display(description=_("level"), ordering="level")
    def weight(self, line: LogLine) -> str:
        return str(LEVELS[line.level]) if line.level < len(LEVELS) else str(line.level)
