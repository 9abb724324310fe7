"""The address book: pages, portal, API, hooks and the admin."""

from django.contrib import admin
from django.urls import include, path

handler500 = "itsm.core.failures.server_error"

urlpatterns = [
    path("", include("itsm.dashboard.urls")),
    path("", include("itsm.people.urls")),
    path("", include("itsm.notifications.urls")),
    path("", include("itsm.tickets.urls")),
    path("incidents/", include("incidents.urls")),
    path("portal/", include("itsm.portal.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("itsm.api")),
    path("hooks/", include("itsm.monitoring.urls")),
]
