"""Addresses of the service requests' pages."""

from django.urls import path

from itsm.tickets.urls import pages_of
from requests.desk import desk
from requests.views import choosing

urlpatterns = [
    path("new/", choosing.new, name="request-new"),
    *pages_of(desk),
]
