"""Addresses of the service requests' pages."""

from itsm.tickets.urls import pages_of
from requests.desk import desk

urlpatterns = [
    *pages_of(desk),
]
