"""Windows, templates and pipelines of changes, for administrators."""

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from changes import actions, gatekeeping
from changes.admin_forms import (
    OPEN_FIELDS,
    WORDS,
    BoardForm,
    VersionForm,
    WindowForm,
    repeats_in_words,
)
from changes.forms import PipelineForm
from changes.models import (
    Board,
    ChangeTemplate,
    ChangeType,
    EvidenceKind,
    GateCall,
    GatePolicy,
    Pipeline,
    PipelinePost,
    TemplateVersion,
    Window,
)
from changes.snippets import snippet_for
from changes.wording import BAND_WORDS
from itsm.core.admins import ConfigurationAdmin, ReadOnlyAdmin, WhetherFilter
from itsm.monitoring.tool_admin import ToolAdmin


def _told(at: Any, zone: str) -> str:
    return f"{date_format(at.astimezone(ZoneInfo(zone)), 'j M Y, H:i')} ({zone})"


class InOwnZoneAdmin(ConfigurationAdmin[Any]):
    """Things that repeat, at times of the zone they name; a new one names the reader's."""

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        zone = timezone.get_current_timezone_name()
        return {"time_zone": zone, **super().get_changeform_initial_data(request)}

    @admin.display(description=_("repeats"))
    def often(self, record: Any) -> str:
        return repeats_in_words(record.repeats)


@admin.register(Window)
class WindowAdmin(InOwnZoneAdmin):
    form = WindowForm
    list_display = ("name", "sort", "starts", "ends", "often", "is_active")
    list_filter = ("sort", "is_active")
    search_fields = ("name",)
    autocomplete_fields = ("services", "configuration_items", "owner_team")
    chosen: ClassVar[Mapping[str, Any]] = {"exempt_types": ChangeType.choices}
    helps: ClassVar[Mapping[str, Any]] = {
        "starts_at": _("In the time zone named below."),
        "ends_at": _("In the time zone named below."),
        "services": _("Without services, components, tier and environment, of everything."),
        "exempt_types": _("Changes of these types go all the same."),
    }

    @admin.display(description=_("starts"), ordering="starts_at")
    def starts(self, window: Window) -> str:
        return _told(window.starts_at, window.time_zone)

    @admin.display(description=_("ends"), ordering="ends_at")
    def ends(self, window: Window) -> str:
        return _told(window.ends_at, window.time_zone)


@admin.register(Board)
class BoardAdmin(InOwnZoneAdmin):
    form = BoardForm
    fields = (
        *("slug", "name", "team", "chair", "first_at", "minutes", "repeats", "time_zone"),
        *("bands", "environment", "is_active"),
    )
    chosen: ClassVar[Mapping[str, Any]] = {"bands": tuple(BAND_WORDS.items())}
    helps: ClassVar[Mapping[str, Any]] = {
        "first_at": _("In the time zone named below."),
        "bands": _("Without any: high and very high."),
    }
    list_display = ("name", "team", "chair", "first", "often", "is_active")
    list_select_related = ("team", "chair")
    search_fields = ("name", "slug")
    autocomplete_fields = ("team", "chair")

    @admin.display(description=_("first meeting"), ordering="first_at")
    def first(self, board: Board) -> str:
        return _told(board.first_at, board.time_zone)


class VersionInline(admin.StackedInline[TemplateVersion, ChangeTemplate]):
    """What changes refer to stays as it is: a better one is a version more."""

    model = TemplateVersion
    form = VersionForm
    extra = 0
    fields = (
        *("category", "title", "description", "service"),
        *("implementation_plan", "test_plan", "backout_plan"),
        *("backout_tested", "irreversible", "outage_expected", "open_fields"),
    )
    autocomplete_fields = ("service",)

    @admin.display(description=OPEN_FIELDS)
    def open_fields(self, version: TemplateVersion) -> str:
        """Of a version that is kept already, what the form asks of a new one."""
        return ", ".join(str(WORDS.get(each, each)) for each in version.editable)

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(ChangeTemplate)
class ChangeTemplateAdmin(ConfigurationAdmin[ChangeTemplate]):
    list_display = ("name", "slug", "owner_team", "standing", "good_runs_wanted")
    list_filter = ("standing",)
    list_select_related = ("owner_team",)
    search_fields = ("name", "slug")
    inlines = (VersionInline,)

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,
        formset: Any,
        change: bool,  # noqa: FBT001 Django's
    ) -> None:
        count = form.instance.versions.count()
        for place, version in enumerate(formset.save(commit=False), start=count + 1):
            version.number, version.created_by = place, request.user
            version.save()


@admin.register(Pipeline)
class PipelineAdmin(ToolAdmin[Pipeline]):
    """The tools that deliver; the token is shown once, when it is made."""

    form = PipelineForm
    box = actions.PIPELINES
    chosen: ClassVar[Mapping[str, Any]] = {"required_evidence": EvidenceKind.choices}
    helps: ClassVar[Mapping[str, Any]] = {
        "required_evidence": _("What must be there, and well, before the gate lets it go on."),
        "window": _("Hours, minutes and seconds: 04:00:00 are four hours."),
        "answer_within": _("Such as 1 00:00:00 for a day. What is not allowed by then is refused."),
    }
    list_display = ("name", "kind", "address", "service", "is_active", "last_heard_at")
    list_filter = ("kind", "is_active")
    list_select_related = ("service",)
    autocomplete_fields = ("service", "template")
    fieldsets_of_sort = (
        (_("What it delivers"), {"fields": ("service", "environment", "template", "window")}),
        (
            _("Its rules"),
            {
                "fields": (
                    *("opens_on_deployment", "opens_on_merge", "branch"),
                    *("moves_changes", "failures_open_incidents", "required_evidence"),
                )
            },
        ),
        (
            _("When it waits for the gate"),
            {"fields": ("answer_hosts", "answer_token", "answer_within")},
        ),
        (
            _("How it shows who it is"),
            {"classes": ("collapse",), "fields": ("header_name", "secret")},
        ),
    )

    def snippet(self, _request: HttpRequest, tool: Pipeline, token: str) -> tuple[str, str]:
        return snippet_for(tool.kind, address=self.address(tool), token=token)

    def ways(self, tool: Pipeline) -> list[tuple[Any, str]]:
        arrived = reverse("admin:changes_pipelinepost_changelist")
        return [
            (_("See what has arrived"), f"{arrived}?pipeline__id__exact={tool.pk}"),
            (
                _("Settings of the pipeline"),
                reverse("admin:changes_pipeline_change", args=[tool.pk]),
            ),
        ]


@admin.register(PipelinePost)
class PipelinePostAdmin(ReadOnlyAdmin):
    """What pipelines posted: what came of it, or why it could not be read."""

    list_display = ("received_at", "pipeline", "number", "error", "path")
    list_filter = (("error", WhetherFilter), "pipeline")
    list_select_related = ("pipeline",)
    fields = ("pipeline", "received_at", "answer", "error", "path", "text")
    readonly_fields = fields

    @admin.display(description=_("change"))
    def number(self, post: PipelinePost) -> str:
        return str(post.answer.get("number") or "")

    @admin.display(description=_("body"))
    def text(self, post: PipelinePost) -> str:
        return bytes(post.body).decode("utf-8", "replace") if post.body else ""


@admin.register(GateCall)
class GateCallAdmin(ReadOnlyAdmin):
    """Pipelines that wait for the gate, what they are told, and what went wrong with that."""

    list_display = ("asked_at", "pipeline", "change", "answer", "why", "sent_at", "error")
    list_filter = ("answer", "pipeline")
    list_select_related = ("pipeline", "change")
    fields = (
        *("pipeline", "change", "answer_url", "answer", "why"),
        *("asked_at", "due_at", "decided_at", "sent_at", "error"),
    )
    readonly_fields = fields


@admin.register(GatePolicy)
class GatePolicyAdmin(ConfigurationAdmin[GatePolicy]):
    """There is one at most."""

    list_display = ("__str__", "is_stopped", "guarded_from", "permit_minutes", "wait_minutes")
    autocomplete_fields = ("locked_services",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and gatekeeping.gate_policy().pk is None

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        told = {"show_save_and_add_another": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, told)
