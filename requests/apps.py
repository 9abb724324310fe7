from django.apps import AppConfig


class RequestsConfig(AppConfig):
    """What end users order; hides itself from rest_framework in itsm/__init__.py."""

    name = "requests"
