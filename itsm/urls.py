"""The address book: pages, portal, API, hooks and the admin."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

handler403 = "itsm.people.refusals.forbidden"
handler404 = "itsm.people.refusals.missing"
handler500 = "itsm.core.failures.server_error"

urlpatterns = [
    # First, because programs ask most often, and each address before theirs is tried for them.
    path("hooks/", include("itsm.monitoring.urls")),
    path("api/", include("itsm.api")),
    path("", include("itsm.dashboard.urls")),
    path("", include("itsm.people.urls")),
    path("", include("itsm.notifications.urls")),
    path("", include("itsm.tickets.urls")),
    path("", include("itsm.approvals.urls")),
    path("", include("itsm.automation.urls")),
    path("", include("itsm.automation.run_urls")),
    path("", include("itsm.evidence.urls")),
    path("proposals/", include("itsm.proposals.urls")),
    path("incidents/", include("incidents.urls")),
    path("improvements/", include("problems.improvements.urls")),
    path("problems/", include("problems.urls")),
    path("changes/", include("changes.urls")),
    path("requests/", include("requests.urls")),
    path("knowledge/", include("knowledge.urls")),
    path("reviews/", include("knowledge.review_urls")),
    path("portal/", include("itsm.portal.urls")),
    # The admin has no door of its own, which would let people in without a second factor.
    path("admin/login/", RedirectView.as_view(pattern_name="sign-in", query_string=True)),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account-security")),
    path("admin/", admin.site.urls),
]
