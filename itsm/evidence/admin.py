"""Sources of evidence, for administrators: whom to ask what, and who posts log lines."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

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


@admin.register(EvidenceSource)
class EvidenceSourceAdmin(ConfigurationAdmin[EvidenceSource]):
    """Tools that keep metrics or logs; their secrets can be written, and never read again."""

    form = EvidenceSourceForm
    list_display = ("name", "kind", "address", "is_active", "asked_at", "error")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "address")
    readonly_fields = ("asked_at", "error")
    inlines = (QueryInline,)


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


@admin.register(LogLine)
class LogLineAdmin(ReadOnlyAdmin):
    """The lines of the last day."""

    list_display = ("at", "level", "service", "program", "host", "text")
    list_filter = ("source",)
    ordering = ("-at", "-id")
