"""Addresses of what is proposed."""

from django.urls import path

from itsm.proposals import views
from itsm.tickets import addresses  # noqa: F401 teaches Django <number:>

urlpatterns = [
    path("", views.show, name="proposals"),
    path("<number:number>/take/", views.take, name="proposal-take"),
]
