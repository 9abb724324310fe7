from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Telling people and other systems."""

    name = "itsm.notifications"
    verbose_name = _("Telling people")
