"""Addresses of the evidence about records."""

from django.urls import path

from itsm.evidence import views

urlpatterns = [path("evidence/<number:number>/", views.show, name="evidence")]
