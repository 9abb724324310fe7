"""Addresses of the staff's screens and of the live updates."""

from django.urls import path

from itsm.dashboard import views
from itsm.dashboard.consumers import Live

urlpatterns = [
    path("", views.home, name="home"),
    path("alerts/", views.alerts, name="alerts"),
]
websocket_urlpatterns = [path("ws/live/", Live.as_asgi())]
