"""The sorts of causes, for administrators."""

from django.contrib import admin

from itsm.core.admins import ConfigurationAdmin
from problems.models import CauseCategory


@admin.register(CauseCategory)
class CauseCategoryAdmin(ConfigurationAdmin[CauseCategory]):
    list_display = ("name", "slug", "position", "is_active")
    search_fields = ("name", "slug")
