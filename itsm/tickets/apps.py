from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    name = "itsm.tickets"
    verbose_name = _("Tickets")
    default_auto_field = "django.db.models.BigAutoField"
