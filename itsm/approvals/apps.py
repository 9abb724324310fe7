from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    """Who must say yes, whatever it is about."""

    name = "itsm.approvals"
    verbose_name = _("Approvals")
    default_auto_field = "django.db.models.BigAutoField"
