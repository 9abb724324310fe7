"""What happened, what could not be delivered, and what is done by the clock, for administrators.

Also what every other room's admin is made of: rows that are only looked at, and configuration
whose every change is an event.
"""

from typing import Any, Generic, TypeVar

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from itsm.core import configuration, delivery
from itsm.core.models import Chore, Delivery, Event, Heartbeat

M = TypeVar("M", bound=Model)


class ConfigurationAdmin(admin.ModelAdmin[M], Generic[M]):
    """What administrators set: each change is one event that says who changed what, and how."""

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: Any) -> None:
        # The form goes on to save_related, where it is known what the record has become.
        form.picture = self._picture(obj) if change else {}
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm[M], formsets: Any, change: Any
    ) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            before: configuration.Picture = getattr(form, "picture")  # noqa: B009 ours, see above
            configuration.note_change(form.instance, before=before, actor=request.user)
        else:
            configuration.note_addition(form.instance, actor=request.user)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: M) -> None:
        configuration.note_removal(obj, actor=request.user)
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[M]) -> None:
        for each in queryset:
            configuration.note_removal(each, actor=request.user)
        super().delete_queryset(request, queryset)

    def _picture(self, obj: M) -> configuration.Picture:
        return configuration.picture_of(self.model._default_manager.get(pk=obj.pk))


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that are looked at here and made elsewhere."""

    show_full_result_count = False

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Everything that ever happened."""

    list_display = ("id", "happened_at", "name", "subject_type", "subject_id", "actor")
    list_filter = ("subject_type", "public")
    list_select_related = ("actor",)
    search_fields = ("=name", "=subject_id")
    ordering = ("-id",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What is still owed; what was given up can be tried again."""

    list_display = ("id", "subscriber", "event", "due_at", "attempts", "given_up_at", "error")
    list_filter = (("given_up_at", admin.EmptyFieldListFilter), "subscriber")
    list_select_related = ("event",)
    actions = ("try_again",)

    @admin.action(description=_("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        for each in queryset:
            delivery.try_again(delivery=each, actor=request.user)
        count = queryset.count()
        sentence = ngettext(
            "%(count)d delivery is tried again.", "%(count)d deliveries are tried again.", count
        )
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS)


@admin.register(Chore)
class ChoreAdmin(ReadOnlyAdmin):
    """What is done by the clock, and how it went."""

    list_display = ("name", "due_at", "finished_at", "error")


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """Which parts of the system have been heard from."""

    list_display = ("part", "heard_at")
