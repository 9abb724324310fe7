from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "itsm.inventory"
    verbose_name = _("Services and components")
    default_auto_field = "django.db.models.BigAutoField"
