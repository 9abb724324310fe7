"""Sources, alerts and what could not be taken in, for administrators."""

import json
from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Script
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from itsm.core.admins import ReadOnlyAdmin, SecretiveAdmin
from itsm.core.errors import Refused
from itsm.monitoring import actions
from itsm.monitoring.actions.receiving import example_of
from itsm.monitoring.forms import LONGEST_EXAMPLE, SourceForm, Tried
from itsm.monitoring.models import Alert, DeadLetter, MonitoringSource, ParkedPost, Silence
from itsm.monitoring.snippets import snippet_for
from itsm.people.models import User


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(MonitoringSource)
class MonitoringSourceAdmin(SecretiveAdmin[MonitoringSource]):
    """Who may report to us; the token is shown once, when it is made."""

    form = SourceForm
    list_display = ("name", "kind", "address", "is_active", "last_heard_at")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "slug")
    actions = ("rotate_token",)

    class Media:
        js = (Script("js/mapping.js", type="module"),)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.try_out))
        return [path("try/", view, name="try_mapping"), *super().get_urls()]

    def has_delete_permission(
        self, _request: HttpRequest, _obj: MonitoringSource | None = None
    ) -> bool:
        # Its alerts and their history hang on it: switch it off instead.
        return False

    def get_readonly_fields(
        self, _request: HttpRequest, obj: MonitoringSource | None = None
    ) -> tuple[str, ...]:
        return ("address", "last_heard_at") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: MonitoringSource | None = None) -> Any:
        known = ("address", "last_heard_at") if obj else ()
        fieldsets = ((None, {"fields": ("name", "kind", *known, "is_active")}), *FIELDSETS)
        return self.shown_to(request, obj, fieldsets)

    @admin.display(description=_("hook address"))
    def address(self, source: MonitoringSource) -> str:
        return f"{settings.BASE_URL}/hooks/{source.slug}/"

    def save_model(
        self, request: HttpRequest, obj: MonitoringSource, form: Any, change: Any
    ) -> None:
        if change:
            given = {"name": obj.name, "kind": obj.kind, **form.settings()}
            actions.set_up(source=obj, actor=_actor(request), settings=given)
            return
        source, token = actions.create_source(
            kind=obj.kind, name=obj.name, actor=_actor(request), settings=form.settings()
        )
        # The token goes no further than the answer to this request.
        obj.__dict__.update(source.__dict__, shown_once=token)

    def response_add(
        self, request: HttpRequest, obj: MonitoringSource, _post_url_continue: Any = None
    ) -> HttpResponse:
        example = str(request.POST.get("example", "")).strip()
        return self._told(request, [(obj, obj.__dict__["shown_once"])], example=example)

    @admin.action(
        description=_("Give a new token; the old one ends at once"), permissions=["change"]
    )
    def rotate_token(
        self, request: HttpRequest, queryset: QuerySet[MonitoringSource]
    ) -> HttpResponse:
        actor = _actor(request)
        made = [(each, actions.rotate_token(source=each, actor=actor)) for each in queryset]
        return self._told(request, made)

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

    def _told(
        self,
        request: HttpRequest,
        made: list[tuple[MonitoringSource, str]],
        *,
        example: str = "",
    ) -> HttpResponse:
        told = [
            {
                "source": source,
                "address": self.address(source),
                "token": token,
                "snippet": snippet_for(
                    source.kind,
                    base=settings.BASE_URL,
                    slug=source.slug,
                    token=token,
                    example=example or "{}",
                ),
            }
            for source, token in made
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Tell the tool"),
            "told": told,
        }
        return TemplateResponse(request, "monitoring/told_once.html", context)


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
    list_filter = (("ended_at", admin.EmptyFieldListFilter), "most_severity")
    list_select_related = ("author",)
    search_fields = ("reason",)


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    """Posts that could not be read, to be looked at and tried again."""

    list_display = ("received_at", "source", "error", "path", "size", "replayed_at")
    list_filter = (("replayed_at", admin.EmptyFieldListFilter), "source")
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
