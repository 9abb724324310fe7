"""Calendars in Django's admin."""

from django.contrib import admin

from itsm.core.admins import ConfigurationAdmin
from itsm.sla.models import Calendar, Holiday, WorkingHours


class HoursInline(admin.TabularInline[WorkingHours, Calendar]):
    model = WorkingHours
    extra = 0


class HolidayInline(admin.TabularInline[Holiday, Calendar]):
    model = Holiday
    extra = 0


@admin.register(Calendar)
class CalendarAdmin(ConfigurationAdmin[Calendar]):
    list_display = ("name", "time_zone", "is_default")
    inlines = (HoursInline, HolidayInline)
