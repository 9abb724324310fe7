from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The end users' pages."""

    name = "itsm.portal"
