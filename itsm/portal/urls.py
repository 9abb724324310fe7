"""Addresses of the end user's pages."""

from django.urls import path

from itsm.portal import views
from itsm.tickets import addresses  # noqa: F401 teaches Django <number:> and <word:>

urlpatterns = [
    path("", views.home, name="portal"),
    path("report/", views.report, name="portal-report"),
    path("items/", views.items, name="portal-items"),
    path("items/<number:number>/", views.item, name="portal-item"),
    path("items/<number:number>/reply/", views.reply, name="portal-reply"),
    path("items/<number:number>/<word:verb>/", views.act, name="portal-act"),
]
