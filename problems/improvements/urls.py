"""Addresses of the improvements' pages."""

from django.urls import path

from itsm.tickets.urls import pages_of
from problems.improvements import views
from problems.improvements.desk import desk

urlpatterns = [
    path("new/", views.new, name="improvement-new"),
    *pages_of(desk),
]
