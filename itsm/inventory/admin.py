"""Services and components, for administrators."""

from typing import Any

from django.contrib import admin

from itsm.core.admins import ConfigurationAdmin
from itsm.inventory.models import ConfigurationItem, Relation, Service, ServiceDependency


class NeedsInline(admin.TabularInline[ServiceDependency, Any]):
    """What a service needs."""

    model = ServiceDependency
    fk_name = "service"
    extra = 0
    autocomplete_fields = ("needed",)


class RelationInline(admin.TabularInline[Relation, Any]):
    """How a component stands to others."""

    model = Relation
    fk_name = "from_item"
    extra = 0
    autocomplete_fields = ("to_item",)


@admin.register(Service)
class ServiceAdmin(ConfigurationAdmin[Service]):
    """Services, those that were only discovered among them."""

    list_display = ("name", "title", "tier", "status", "owner_team", "auto_close_after")
    list_filter = ("status", "tier", "owner_team")
    list_select_related = ("owner_team",)
    list_editable = ("tier", "status")
    search_fields = ("name", "title")
    autocomplete_fields = ("owner_team",)
    inlines = (NeedsInline,)


@admin.register(ConfigurationItem)
class ConfigurationItemAdmin(ConfigurationAdmin[ConfigurationItem]):
    """Components."""

    list_display = ("name", "kind", "environment", "service", "status")
    list_filter = ("status", "kind", "environment")
    list_select_related = ("service",)
    search_fields = ("name",)
    autocomplete_fields = ("service",)
    inlines = (RelationInline,)
    show_full_result_count = False
