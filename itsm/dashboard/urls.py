"""Addresses of the staff's screens and of the live updates."""

from django.urls import path

from itsm.dashboard.consumers import Live
from itsm.dashboard.views import (
    alerts,
    delivery,
    finding,
    home,
    measures,
    person,
    reports,
    service,
    silences,
    styleguide,
    wall,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("wall/", wall.wall, name="wall"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/acknowledge/", alerts.acknowledge_alerts, name="alerts-acknowledge"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
    path("delivery/", delivery.delivery, name="delivery"),
    path("delivery/rows/", delivery.delivery_rows, name="delivery-rows"),
    path("delivery/csv/", delivery.delivery_csv, name="delivery-csv"),
    path("measures/", measures.measures, name="measures"),
    path("measures/reports/", reports.reports, name="reports"),
    path("measures/reports/<int:pk>/remove/", reports.remove_report, name="report-remove"),
    path("measures/<slug:name>/", measures.measure, name="measure"),
    path("measures/<slug:name>/rows/", measures.measure_rows, name="measure-rows"),
    path("measures/<slug:name>/csv/", measures.measure_csv, name="measure-csv"),
    path("alerts/silences/", silences.silences, name="silences"),
    path("alerts/silences/new/", silences.new_silence, name="silence-new"),
    path("alerts/silences/<int:pk>/", silences.silence, name="silence"),
    path("alerts/silences/<int:pk>/end/", silences.finish_silence, name="silence-end"),
    path("services/", service.services, name="services"),
    path("services/<path:name>/", service.service, name="service"),
    path("people/<path:username>/", person.person, name="person"),
    path("search/", finding.search, name="search"),
    path("find/", finding.find, name="find"),
    path("styleguide/", styleguide.show, name="styleguide"),
]
websocket_urlpatterns = [path("ws/live/", Live.as_asgi())]
