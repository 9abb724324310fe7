"""Windows and templates of changes, for administrators."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from changes.models import ChangeTemplate, TemplateVersion, Window
from itsm.core.admins import ConfigurationAdmin


@admin.register(Window)
class WindowAdmin(ConfigurationAdmin[Window]):
    list_display = ("name", "sort", "starts_at", "ends_at", "repeats", "is_active")
    list_filter = ("sort", "is_active")
    search_fields = ("name",)
    autocomplete_fields = ("services", "configuration_items", "owner_team")


class VersionInline(admin.StackedInline[TemplateVersion, ChangeTemplate]):
    """What changes refer to stays as it is: a better one is a version more."""

    model = TemplateVersion
    extra = 0
    exclude = ("created_by", "number")
    autocomplete_fields = ("service",)

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(ChangeTemplate)
class ChangeTemplateAdmin(ConfigurationAdmin[ChangeTemplate]):
    list_display = ("name", "slug", "owner_team", "standing")
    list_filter = ("standing",)
    list_select_related = ("owner_team",)
    search_fields = ("name", "slug")
    inlines = (VersionInline,)

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,
        formset: Any,
        change: bool,  # noqa: FBT001 Django's
    ) -> None:
        count = form.instance.versions.count()
        for place, version in enumerate(formset.save(commit=False), start=count + 1):
            version.number, version.created_by = place, request.user
            version.save()
