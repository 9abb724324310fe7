from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AutomationConfig(AppConfig):
    """Rules, runbooks and their runs."""

    name = "itsm.automation"
    verbose_name = _("Automation")
