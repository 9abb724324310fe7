"""Addresses of runbooks, their runs, and the switch that stops them."""

from django.urls import path

from itsm.automation.views import runbooks, runs

urlpatterns = [
    path("runs/", runs.runs, name="runs"),
    path("runs/stop/", runs.switch, name="kill-switch"),
    path("runs/<int:run_id>/", runs.run, name="run"),
    path("runs/<int:run_id>/lines/", runs.lines, name="run-lines"),
    path("runs/<int:run_id>/<word:word>/", runs.answer, name="run-answer"),
    path("runbooks/", runbooks.runbooks, name="runbooks"),
    path("runbooks/new/", runbooks.new, name="runbook-new"),
    path("runbooks/<slug:slug>/", runbooks.runbook, name="runbook"),
    path("runbooks/<slug:slug>/edit/", runbooks.edit, name="runbook-edit"),
    path("runbooks/<slug:slug>/run/", runbooks.start, name="runbook-run"),
    path("runbooks/<slug:slug>/secrets/", runbooks.secrets, name="runbook-secrets"),
]
