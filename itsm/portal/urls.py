"""Addresses of the end user's pages."""

from django.urls import path

from itsm.portal import views

urlpatterns = [
    path("", views.home, name="portal"),
    path("report/", views.report, name="portal-report"),
    path("items/", views.items, name="portal-items"),
    path("items/<str:number>/", views.item, name="portal-item"),
    path("items/<str:number>/reply/", views.reply, name="portal-reply"),
    path("items/<str:number>/<str:verb>/", views.act, name="portal-act"),
]
