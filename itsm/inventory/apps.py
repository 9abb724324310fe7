from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "itsm.inventory"
    default_auto_field = "django.db.models.BigAutoField"
