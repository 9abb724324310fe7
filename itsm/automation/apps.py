from django.apps import AppConfig


class AutomationConfig(AppConfig):
    """Rules, runbooks and their runs."""

    name = "itsm.automation"
