"""Addresses of the incidents' pages."""

from django.urls import path

from incidents import views
from incidents.desk import desk
from itsm.tickets.urls import pages_of

urlpatterns = [
    path("new/", views.new, name="incident-new"),
    path(
        "<number:number>/alerts/acknowledge/",
        views.acknowledge_alert,
        name="incident-acknowledge-alert",
    ),
    *pages_of(desk),
]
