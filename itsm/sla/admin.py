"""Calendars and objectives in Django's admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import TimeField
from django.forms import TimeInput
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from itsm.core.admin_forms import SecretForm
from itsm.core.admins import ConfigurationAdmin
from itsm.sla.models import Calendar, Holiday, Objective, WorkingHours


class HoursInline(admin.TabularInline[WorkingHours, Calendar]):
    model = WorkingHours
    extra = 0
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        TimeField: {"widget": TimeInput(attrs={"type": "time"}, format="%H:%M")}
    }


class HolidayInline(admin.TabularInline[Holiday, Calendar]):
    model = Holiday
    extra = 0


@admin.register(Calendar)
class CalendarAdmin(ConfigurationAdmin[Calendar]):
    list_display = ("name", "time_zone", "is_default")
    inlines = (HoursInline, HolidayInline)


@admin.register(Objective)
class ObjectiveAdmin(ConfigurationAdmin[Objective]):
    """What services are to achieve; how they stand is measured, not typed."""

    form = SecretForm
    list_display = ("name", "service", "target", "window_days", "left", "burn", "measured_at")
    list_filter = ("is_active",)
    list_select_related = ("service",)
    search_fields = ("name", "service__name")
    autocomplete_fields = ("service",)

    def get_fieldsets(self, request: HttpRequest, obj: Objective | None = None) -> Any:
        asked = {"fields": ("address", "token", "query", "burn_query", "fresh_minutes")}
        objective = {"fields": ("service", "name", "target", "window_days", "is_active")}
        return self.shown_to(request, obj, ((None, objective), (_("Where its value is"), asked)))
