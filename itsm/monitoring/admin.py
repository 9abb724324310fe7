"""Sources, alerts and what could not be taken in, for administrators."""

from typing import Any, cast

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from itsm.core.admins import ReadOnlyAdmin
from itsm.core.errors import Refused
from itsm.monitoring import actions
from itsm.monitoring.actions.receiving import example_of
from itsm.monitoring.forms import SourceForm
from itsm.monitoring.models import Alert, DeadLetter, MonitoringSource, ParkedPost
from itsm.people.models import User


def _actor(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(MonitoringSource)
class MonitoringSourceAdmin(admin.ModelAdmin[MonitoringSource]):
    """Who may report to us; the token is shown once, when it is made."""

    form = SourceForm
    list_display = ("name", "kind", "slug", "is_active", "last_heard_at")
    list_filter = ("kind", "is_active")
    search_fields = ("name", "slug")
    actions = ("rotate_token",)
    fields = (*SourceForm.Meta.fields, "example")

    def has_delete_permission(
        self, _request: HttpRequest, _obj: MonitoringSource | None = None
    ) -> bool:
        # Its alerts and their history hang on it: switch it off instead.
        return False

    def get_readonly_fields(
        self, _request: HttpRequest, obj: MonitoringSource | None = None
    ) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    def get_fields(
        self, _request: HttpRequest, obj: MonitoringSource | None = None
    ) -> tuple[str, ...]:
        return ("slug", *self.fields) if obj else self.fields

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
        obj.__dict__.update(source.__dict__)
        self._show(request, source, token)

    @admin.action(
        description=_("Give a new token; the old one ends at once"), permissions=["change"]
    )
    def rotate_token(self, request: HttpRequest, queryset: QuerySet[MonitoringSource]) -> None:
        for source in queryset:
            self._show(request, source, actions.rotate_token(source=source, actor=_actor(request)))

    def _show(self, request: HttpRequest, source: MonitoringSource, token: str) -> None:
        address = f"{settings.BASE_URL}/hooks/{source.slug}/"
        words = _("%(name)s posts to %(address)s with this token, shown this once: %(token)s")
        told = {"name": source.name, "address": address, "token": token}
        self.message_user(request, words % told, messages.WARNING)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What sources reported."""

    list_display = ("title", "status", "severity", "source", "service", "count", "starts_at")
    list_filter = ("status", "severity", "source")
    list_select_related = ("source", "service")
    show_full_result_count = False


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    """Posts that could not be read, to be looked at and tried again."""

    list_display = ("received_at", "source", "error", "path", "size", "replayed_at")
    list_filter = ("source",)
    list_select_related = ("source",)
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
