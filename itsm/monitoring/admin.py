"""Sources, alerts and what could not be taken in, for administrators."""

import json
from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Script
from django.http import HttpRequest, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from itsm.core.admins import ReadOnlyAdmin, WhetherFilter
from itsm.core.errors import Refused
from itsm.monitoring import actions
from itsm.monitoring.actions.receiving import example_of
from itsm.monitoring.forms import LONGEST_EXAMPLE, SourceForm, Tried, kinds
from itsm.monitoring.models import Alert, DeadLetter, MonitoringSource, ParkedPost, Silence
from itsm.monitoring.snippets import snippet_for
from itsm.monitoring.tool_admin import ToolAdmin
from itsm.people.models import User


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)


FIELDSETS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (
        _("What it sends"),
        {
            "fields": ("example", "mapping"),
            "description": _("Only for generic tools; the others are understood already."),
        },
    ),
    (
        _("How its alerts live"),
        {
            "classes": ("collapse",),
            "fields": (
                *("severity_map", "recovery_hold", "reopen_window", "stale_after"),
                *("quiet_resolve_after", "resolve_incidents", "discovers"),
            ),
        },
    ),
    (
        _("How it shows who it is"),
        {"classes": ("collapse",), "fields": ("header_name", "hmac_secret")},
    ),
)


@admin.register(MonitoringSource)
class MonitoringSourceAdmin(ToolAdmin[MonitoringSource]):
    """Who may report to us; the token is shown once, when it is made."""

    form = SourceForm
    box = actions.SOURCES
    fieldsets_of_sort = FIELDSETS
    list_display = ("name", "tool", "address", "is_active", "last_heard_at")
    list_filter = ("is_active",)

    @admin.display(description=_("kind"), ordering="kind")
    def tool(self, source: MonitoringSource) -> str:
        return dict(kinds()).get(source.kind, source.kind)

    class Media:
        js = (Script("js/mapping.js", type="module"),)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.try_out))
        return [path("try/", view, name="try_mapping"), *super().get_urls()]

    def snippet(self, request: HttpRequest, tool: MonitoringSource, token: str) -> tuple[str, str]:
        example = str(request.POST.get("example", "")).strip() or "{}"
        base, slug = settings.BASE_URL, tool.slug
        return snippet_for(tool.kind, base=base, slug=slug, token=token, example=example)

    def ways(self, tool: MonitoringSource) -> list[tuple[Any, str]]:
        of_source = f"?source__id__exact={tool.pk}"
        return [
            (_("See what has arrived"), reverse("admin:monitoring_alert_changelist") + of_source),
            (
                _("See what could not be read"),
                reverse("admin:monitoring_deadletter_changelist") + of_source,
            ),
            (
                _("Settings of the source"),
                reverse("admin:monitoring_monitoringsource_change", args=[tool.pk]),
            ),
        ]

    def try_out(self, request: HttpRequest) -> JsonResponse:
        """What a mapping makes of an example, while both are being written."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        example = request.POST.get("example", "")[:LONGEST_EXAMPLE]
        try:
            mapping = json.loads(request.POST.get("mapping", "").strip() or "{}")
        except (ValueError, RecursionError):
            fault = _("The mapping is not JSON yet.")
            return JsonResponse({"mapping": None, "signals": [], "faults": [str(fault)]})
        return JsonResponse(_plain(Tried.of(example, mapping=mapping)))


SHOWN = ("title", "status", "severity", "service", "component", "fingerprint")


def _plain(tried: Tried) -> dict[str, Any]:
    """The trial as the page's script reads it: the first alerts, and what is wrong."""
    faults = [
        f"{place}: {fault}"
        for found in (tried.of_example, tried.of_mapping)
        for place, each in found.items()
        for fault in each
    ]
    return {
        "mapping": tried.mapping,
        "signals": [
            {name: str(getattr(each, name)) for name in SHOWN} for each in tried.signals[:5]
        ],
        "count": len(tried.signals),
        "faults": faults,
    }


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What sources reported."""

    list_display = ("title", "status", "severity", "source", "service", "count", "starts_at")
    list_filter = ("status", "severity", "source")
    search_fields = ("title", "service__name")
    list_select_related = ("source", "service")
    show_full_result_count = False


@admin.register(Silence)
class SilenceAdmin(ReadOnlyAdmin):
    """What was silent, when and why; silences are opened and ended in the workspace."""

    list_display = ("reason", "starts_at", "ends_at", "ended_at", "most_severity", "author")
    list_filter = (("ended_at", WhetherFilter), "most_severity")
    list_select_related = ("author",)
    search_fields = ("reason",)
    fields = (
        *("reason", "starts_at", "ends_at", "ended_at", "most_severity", "author", "ticket"),
        *("services", "configuration_items", "environment", "matchers"),
    )
    readonly_fields = fields


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    """Posts that could not be read, to be looked at and tried again."""

    list_display = ("received_at", "source", "error", "path", "size", "replayed_at")
    list_filter = (("replayed_at", WhetherFilter), "source")
    list_select_related = ("source",)
    search_fields = ("error", "path")
    fields = (
        *("source", "received_at", "error", "path"),
        *("content_type", "headers", "size", "text", "replayed_at"),
    )
    readonly_fields = fields
    actions = ("replay",)

    @admin.display(description=_("body"))
    def text(self, letter: DeadLetter) -> str:
        return example_of(letter)

    @admin.action(description=_("Try again"), permissions=["retry"])
    def replay(self, request: HttpRequest, queryset: QuerySet[DeadLetter]) -> None:
        done = 0
        for letter in queryset.select_related("source__bot"):
            try:
                actions.replay(letter=letter, actor=_actor(request))
            except Refused as refusal:
                self.message_user(request, f"{letter.pk}: {refusal}", messages.ERROR)
            else:
                done += 1
        words = ngettext("%d post was taken in.", "%d posts were taken in.", done)
        self.message_user(request, words % done)


@admin.register(ParkedPost)
class ParkedPostAdmin(ReadOnlyAdmin):
    """Accepted posts that wait to be taken in, with what went wrong."""

    list_display = ("received_at", "source", "attempts", "due_at", "error")
    list_select_related = ("source",)
    actions = ("try_again",)

    @admin.action(description=_("Try again"), permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[ParkedPost]) -> None:
        try:
            count = actions.unpark(posts=queryset, actor=_actor(request))
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return
        words = ngettext("%d post is due again.", "%d posts are due again.", count)
        self.message_user(request, words % count)
