from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SlaConfig(AppConfig):
    name = "itsm.sla"
    verbose_name = _("Working hours")
    default_auto_field = "django.db.models.BigAutoField"
