"""What became of rules, for administrators; rules themselves have pages of their own."""

from django.contrib import admin

from itsm.automation.models import Firing
from itsm.core.admins import ReadOnlyAdmin


@admin.register(Firing)
class FiringAdmin(ReadOnlyAdmin):
    """Every time a rule acted, failed, or was cut."""

    list_display = ("id", "rule", "outcome", "ticket", "event", "detail", "happened_at")
    list_filter = ("outcome",)
    list_select_related = ("rule", "ticket", "event")
    search_fields = ("=rule__slug", "=ticket__number")
    ordering = ("-id",)
