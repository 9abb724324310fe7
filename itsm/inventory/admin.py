"""Services and components, for administrators."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from itsm.core.admins import ConfigurationAdmin, ReadOnlyAdmin
from itsm.core.errors import Refused
from itsm.inventory.actions import accept_candidate, reject_candidate, retire_candidate
from itsm.inventory.models import (
    ComponentCandidate,
    ConfigurationItem,
    Relation,
    Service,
    ServiceDependency,
)


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
    helps: ClassVar[Mapping[str, Any]] = {
        "name": _l("Short, as tools write it, such as checkout."),
        "title": _l("As people read it, such as Checkout of the shop."),
    }


@admin.register(ConfigurationItem)
class ConfigurationItemAdmin(ConfigurationAdmin[ConfigurationItem]):
    """Components."""

    list_display = ("name", "kind", "environment", "service", "status")
    list_filter = ("status", "kind", "environment")
    list_select_related = ("service",)
    search_fields = ("name",)
    autocomplete_fields = ("service",)
    inlines = (RelationInline,)
    helps: ClassVar[Mapping[str, Any]] = {
        "kind": _l("Such as host, database or printer."),
        "environment": _l("Such as production."),
        "attributes": _l('What else is known, such as {"serial": "4711"}.'),
    }
    show_full_result_count = False


@admin.register(ComponentCandidate)
class CandidateAdmin(ReadOnlyAdmin):
    """What tools say there is: taken in or left out by whoever keeps the inventory."""

    list_display = ("name", "kind", "source", "service", "environment", "state", "seen_at")
    list_filter = ("state", "source", "kind")
    list_select_related = ("service",)
    search_fields = ("name", "address")
    actions = ("take_in", "leave_out", "retire")

    def has_keep_permission(self, request: HttpRequest) -> bool:
        """Whether this person keeps the inventory; others only look."""
        return bool(request.user.has_perm("inventory.edit"))

    @admin.action(description=_l("Take into the inventory"), permissions=["keep"])
    def take_in(self, request: HttpRequest, queryset: QuerySet[ComponentCandidate]) -> None:
        self._decide(request, queryset, accept_candidate)

    @admin.action(description=_l("Leave as it is, for good"), permissions=["keep"])
    def leave_out(self, request: HttpRequest, queryset: QuerySet[ComponentCandidate]) -> None:
        self._decide(request, queryset, reject_candidate)

    @admin.action(description=_l("Retire what is gone"), permissions=["keep"])
    def retire(self, request: HttpRequest, queryset: QuerySet[ComponentCandidate]) -> None:
        self._decide(request, queryset, retire_candidate)

    def _decide(
        self,
        request: HttpRequest,
        queryset: QuerySet[ComponentCandidate],
        decide: Callable[..., Any],
    ) -> None:
        done = 0
        for each in queryset:
            try:
                decide(candidate=each, actor=request.user)
                done += 1
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
        sentence = ngettext("%(count)d candidate decided.", "%(count)d candidates decided.", done)
        self.message_user(request, sentence % {"count": done}, messages.SUCCESS)
