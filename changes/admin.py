"""Windows, templates and pipelines of changes, for administrators."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from changes import actions, gatekeeping
from changes.forms import PipelineForm
from changes.models import (
    Board,
    ChangeTemplate,
    GateCall,
    GatePolicy,
    Pipeline,
    PipelinePost,
    TemplateVersion,
    Window,
)
from changes.panels import BAND_WORDS
from changes.snippets import snippet_for
from itsm.core.admins import ConfigurationAdmin, ReadOnlyAdmin, SecretiveAdmin
from itsm.people.models import User


@admin.register(Window)
class WindowAdmin(ConfigurationAdmin[Window]):
    list_display = ("name", "sort", "starts_at", "ends_at", "repeats", "is_active")
    list_filter = ("sort", "is_active")
    search_fields = ("name",)
    autocomplete_fields = ("services", "configuration_items", "owner_team")


class BoardForm(forms.ModelForm[Board]):
    """Refuses risks there are not."""

    class Meta:
        model = Board
        fields = (
            "slug", "name", "team", "chair", "first_at", "minutes", "repeats", "time_zone",
            "bands", "environment", "is_active",
        )  # fmt: skip

    def clean_bands(self) -> Any:
        bands = self.cleaned_data["bands"] or []
        if not isinstance(bands, list) or not set(map(str, bands)) <= set(BAND_WORDS):
            raise forms.ValidationError(f"Give a list of {', '.join(BAND_WORDS)}.")
        return bands


@admin.register(Board)
class BoardAdmin(ConfigurationAdmin[Board]):
    form = BoardForm
    list_display = ("name", "team", "chair", "first_at", "repeats", "is_active")
    list_select_related = ("team", "chair")
    search_fields = ("name", "slug")
    autocomplete_fields = ("team", "chair")


class VersionInline(admin.StackedInline[TemplateVersion, ChangeTemplate]):
    """What changes refer to stays as it is: a better one is a version more."""

    model = TemplateVersion
    extra = 0
    exclude = ("created_by", "number")
    autocomplete_fields = ("service",)

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
class PipelineAdmin(SecretiveAdmin[Pipeline]):
    """The tools that deliver; the token is shown once, when it is made."""

    form = PipelineForm
    list_display = ("name", "kind", "address", "service", "is_active", "last_heard_at")
    list_filter = ("kind", "is_active")
    list_select_related = ("service",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("service", "template")
    actions = ("rotate_token",)

    def has_delete_permission(self, _request: HttpRequest, _obj: Pipeline | None = None) -> bool:
        # Its evidence and its deployments hang on it: switch it off instead.
        return False

    def get_readonly_fields(
        self, _request: HttpRequest, obj: Pipeline | None = None
    ) -> tuple[str, ...]:
        return ("address", "last_heard_at") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Pipeline | None = None) -> Any:
        known = ("address", "last_heard_at") if obj else ()
        fieldsets = (
            (None, {"fields": ("name", "kind", *known, "is_active")}),
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
        return self.shown_to(request, obj, fieldsets)

    @admin.display(description=_("hook address"))
    def address(self, pipeline: Pipeline) -> str:
        return f"{settings.BASE_URL}/hooks/{pipeline.slug}/"

    def save_model(self, request: HttpRequest, obj: Pipeline, form: Any, change: Any) -> None:
        actor = cast(User, request.user)
        if change:
            given = {"name": obj.name, "kind": obj.kind, **form.settings()}
            actions.set_up_pipeline(pipeline=obj, actor=actor, settings=given)
            return
        pipeline, token = actions.connect_pipeline(
            kind=obj.kind, name=obj.name, actor=actor, settings=form.settings()
        )
        # The token goes no further than the answer to this request.
        obj.__dict__.update(pipeline.__dict__, shown_once=token)

    def response_add(
        self, request: HttpRequest, obj: Pipeline, _post_url_continue: Any = None
    ) -> HttpResponse:
        return self._told(request, [(obj, obj.__dict__["shown_once"])])

    @admin.action(
        description=_("Give a new token; the old one ends at once"), permissions=["change"]
    )
    def rotate_token(self, request: HttpRequest, queryset: QuerySet[Pipeline]) -> HttpResponse:
        actor = cast(User, request.user)
        made = [
            (each, actions.rotate_pipeline_token(pipeline=each, actor=actor)) for each in queryset
        ]
        return self._told(request, made)

    def _told(self, request: HttpRequest, made: list[tuple[Pipeline, str]]) -> HttpResponse:
        told = [
            {
                "pipeline": pipeline,
                "address": self.address(pipeline),
                "token": token,
                "snippet": snippet_for(pipeline.kind, address=self.address(pipeline), token=token),
            }
            for pipeline, token in made
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Tell the tool"),
            "told": told,
        }
        return TemplateResponse(request, "changes/told_once.html", context)


@admin.register(PipelinePost)
class PipelinePostAdmin(ReadOnlyAdmin):
    """What pipelines posted: what came of it, or why it could not be read."""

    list_display = ("received_at", "pipeline", "number", "error", "path")
    list_filter = (("error", admin.EmptyFieldListFilter), "pipeline")
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
