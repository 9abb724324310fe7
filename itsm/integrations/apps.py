from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """One small module a vendor."""

    name = "itsm.integrations"
