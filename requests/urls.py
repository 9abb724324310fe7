"""Addresses of the service requests' pages."""

from django.urls import path

from itsm.tickets.urls import pages_of
from requests.desk import desk
from requests.views import choosing, keeping

urlpatterns = [
    path("new/", choosing.new, name="request-new"),
    path("catalogue/", keeping.items, name="catalogue"),
    path("catalogue/new/", keeping.new, name="catalogue-new"),
    path("catalogue/sheet/", keeping.sheet, name="catalogue-sheet"),
    path("catalogue/preview/", keeping.preview, name="catalogue-preview"),
    path("catalogue/item/<slug:slug>/", keeping.edit, name="catalogue-edit"),
    path("catalogue/lead-times/", keeping.lead_times, name="request-lead-times"),
    *pages_of(desk),
]
