"""The delivery log in Django's admin."""

from django.contrib import admin
from django.http import HttpRequest

from itsm.notifications.models import Message


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin[Message]):
    list_display = ("number", "subject", "recipient", "channel", "why", "status", "sent_at")
    list_filter = ("channel", "status")
    search_fields = ("number", "recipient__username")
    show_full_result_count = False

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Message | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Message | None = None) -> bool:
        return False
