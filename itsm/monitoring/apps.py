from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Sources that report and the alerts they raise."""

    name = "itsm.monitoring"
