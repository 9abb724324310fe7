"""What became of rules, and how much may be healed; rules and runbooks have pages of their own."""

from django.contrib import admin

from itsm.automation.models import Firing, RunBudget
from itsm.core.admins import ConfigurationAdmin, ReadOnlyAdmin


@admin.register(Firing)
class FiringAdmin(ReadOnlyAdmin):
    """Every time a rule acted, failed, or was cut."""

    list_display = ("id", "rule", "outcome", "ticket", "event", "detail", "happened_at")
    list_filter = ("outcome",)
    list_select_related = ("rule", "ticket", "event")
    search_fields = ("=rule__slug", "=ticket__number")
    ordering = ("-id",)


@admin.register(RunBudget)
class RunBudgetAdmin(ConfigurationAdmin[RunBudget]):
    """How many runs an hour may heal the services of each tier."""

    list_display = ("tier", "runs_an_hour", "share_at_once")
