"""Where monitoring tools post: with and without a slash at the end, since none may redirect."""

from django.urls import re_path

from itsm.monitoring.views import receive

app_name = "hooks"

SOURCE = r"(?P<source>[-a-zA-Z0-9_]{1,60})"
CREDENTIAL = r"(?P<token>[^/]{1,300})"
# What Prometheus adds to the address of an Alertmanager.
ALERTMANAGER = r"api/v2/alerts/?"

urlpatterns = [
    re_path(rf"^{SOURCE}/?$", receive, name="receive"),
    re_path(rf"^{SOURCE}/{ALERTMANAGER}$", receive),
    re_path(rf"^{SOURCE}/{CREDENTIAL}/?$", receive),
    re_path(rf"^{SOURCE}/{CREDENTIAL}/{ALERTMANAGER}$", receive),
]
