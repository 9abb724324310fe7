"""What became of rules, and how much may be healed; rules and runbooks have pages of their own."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from itsm.automation.models import Firing, RunBudget
from itsm.automation.wording import verb_words
from itsm.core.admins import ConfigurationAdmin, ReadOnlyAdmin
from itsm.core.reading import read


@admin.register(Firing)
class FiringAdmin(ReadOnlyAdmin):
    """Every time a rule acted, failed, or was cut."""

    list_display = ("id", "rule", "outcome", "ticket", "event", "detail", "happened_at")
    list_filter = ("outcome",)
    list_select_related = ("rule", "ticket", "event")
    search_fields = ("=rule__slug", "=ticket__number")
    ordering = ("-id",)
    fields = (
        *("rule", "rule_version", "event", "ticket", "outcome", "detail"),
        *("done", "saved_minutes", "happened_at"),
    )
    readonly_fields = fields

    @admin.display(description=_("steps"))
    def done(self, firing: Firing) -> str:
        """What was done, and what came of it; of what was only rehearsed, what it would do."""
        return read(
            [
                {verb_words(each["verb"]): each.get("result") or each.get("values")}
                for each in firing.steps
            ]
        )


@admin.register(RunBudget)
class RunBudgetAdmin(ConfigurationAdmin[RunBudget]):
    """How many runs an hour may heal the services of each tier."""

    list_display = ("tier", "runs_an_hour", "share_at_once")
