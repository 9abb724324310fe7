"""What happened, what could not be delivered, and what is done by the clock, for administrators."""

from inspect import getdoc

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from itsm.core import delivery
from itsm.core.admins import ReadOnlyAdmin, WhetherFilter
from itsm.core.chores import timetable
from itsm.core.models import Chore, Delivery, Event, Heartbeat


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
    list_filter = (("given_up_at", WhetherFilter), "subscriber")
    list_select_related = ("event",)
    actions = ("try_again",)

    @admin.action(description=_("Try again"), permissions=["retry"])
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

    list_display = ("name", "does", "due_at", "finished_at", "error")
    ordering = ("name",)
    readonly_fields = ("does",)

    @admin.display(description=_("what it does"))
    def does(self, chore: Chore) -> str:
        if chore.name not in timetable:
            return ""
        return (getdoc(timetable[chore.name].work) or "").partition("\n")[0]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """Which parts of the system have been heard from."""

    list_display = ("part", "heard_at")
