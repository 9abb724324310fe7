"""The delivery log in Django's admin."""

from django.contrib import admin
from django.http import HttpRequest

from itsm.notifications.models import Message


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin[Message]):
    list_display = (
        *("ticket", "recipient", "event", "why", "channel"),
        *("status", "because", "detail", "sent_at"),
    )
    list_filter = ("channel", "status", "because", "topic")
    list_select_related = ("ticket", "recipient", "event")
    search_fields = ("=ticket__number", "=recipient__username")
    ordering = ("-id",)
    show_full_result_count = False

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Message | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Message | None = None) -> bool:
        return False
