from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    """Sources that report and the alerts they raise."""

    name = "itsm.monitoring"
    verbose_name = _("Monitoring")
