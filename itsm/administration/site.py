"""The administrators' site: Django's admin by topic, with pages that no single model has."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from itsm.administration import views
from itsm.administration.purposes import nothing_of, purpose_of
from itsm.administration.topics import by_topic


class Site(admin.AdminSite):
    """What administrators see."""

    site_header = _("Steady · Administration")
    site_title = _("Steady")
    index_title = _("Administration")
    site_url = "/"

    def get_urls(self) -> list[URLPattern | URLResolver]:
        pages = [
            path("audit/", self.admin_view(views.audit), name="audit"),
            path("audit.csv", self.admin_view(views.audit_csv), name="audit_csv"),
            path("roles/", self.admin_view(views.roles), name="roles"),
            path("test-mail/", self.admin_view(views.test_mail), name="test_mail"),
            path("import/<slug:table>/", self.admin_view(views.import_table), name="import"),
        ]
        return [*pages, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().index(request, {**views.overview(request), **(extra_context or {})})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        shown = getattr(getattr(request.resolver_match, "func", None), "model_admin", None)
        context = super().each_context(request)
        if shown:
            context |= {"purpose": purpose_of(shown.model), "nothing": nothing_of(shown.model)}
        return context

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        found: list[Any] = super().get_app_list(request, app_label)
        return found if app_label else by_topic(found)
