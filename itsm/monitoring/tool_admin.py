"""The tools that post to us, for administrators: connected here, their tokens shown once."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from itsm.core.admins import SecretiveAdmin
from itsm.monitoring.actions import Toolbox
from itsm.monitoring.tools import Tool
from itsm.people.models import User

T = TypeVar("T", bound=Tool)


class ToolAdmin(SecretiveAdmin[T], Generic[T]):
    """Who may post to us; the token is shown once, when it is made."""

    box: ClassVar[Toolbox[Any]]
    fieldsets_of_sort: ClassVar[Sequence[tuple[Any, dict[str, Any]]]]
    search_fields = ("name", "slug")
    actions = ("rotate_token",)

    def has_delete_permission(self, _request: HttpRequest, _obj: T | None = None) -> bool:
        # What it told us and its history hang on it: switch it off instead.
        return False

    def get_readonly_fields(self, _request: HttpRequest, obj: T | None = None) -> tuple[str, ...]:
        return ("address", "last_heard_at") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: T | None = None) -> Any:
        known = ("address", "last_heard_at") if obj else ()
        first = (None, {"fields": ("name", "kind", *known, "is_active")})
        return self.shown_to(request, obj, (first, *self.fieldsets_of_sort))

    @admin.display(description=_("hook address"))
    def address(self, tool: T) -> str:
        return f"{settings.BASE_URL}/hooks/{tool.slug}/"

    def save_model(self, request: HttpRequest, obj: T, form: Any, change: Any) -> None:
        actor = cast(User, request.user)
        if change:
            given = {"name": obj.name, "kind": obj.kind, **form.settings()}
            self.box.set_up(tool=obj, actor=actor, settings=given)
            return
        tool, token = self.box.connect(
            kind=obj.kind, name=obj.name, actor=actor, settings=form.settings()
        )
        # The token goes no further than the answer to this request.
        obj.__dict__.update(tool.__dict__, shown_once=token)

    def response_add(
        self, request: HttpRequest, obj: T, _post_url_continue: Any = None
    ) -> HttpResponse:
        return self._told(request, [(obj, obj.__dict__["shown_once"])])

    @admin.action(
        description=_("Give a new token; the old one ends at once"), permissions=["change"]
    )
    def rotate_token(self, request: HttpRequest, queryset: QuerySet[T]) -> HttpResponse:
        actor = cast(User, request.user)
        made = [(each, self.box.rotate(tool=each, actor=actor)) for each in queryset]
        return self._told(request, made)

    def snippet(self, request: HttpRequest, tool: T, token: str) -> tuple[str, str]:
        """What to write where in the tool: a title and a text."""
        raise NotImplementedError

    def ways(self, tool: T) -> Sequence[tuple[Any, str]]:
        """Where to go on to: titles and addresses, the most likely first."""
        raise NotImplementedError

    def _told(self, request: HttpRequest, made: Sequence[tuple[T, str]]) -> HttpResponse:
        told: list[Mapping[str, Any]] = [
            {
                "tool": tool,
                "address": self.address(tool),
                "token": token,
                "snippet": self.snippet(request, tool, token),
                "ways": self.ways(tool),
            }
            for tool, token in made
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Tell the tool"),
            "told": told,
        }
        return TemplateResponse(request, "monitoring/told_tools.html", context)
