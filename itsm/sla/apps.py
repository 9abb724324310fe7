from django.apps import AppConfig


class SlaConfig(AppConfig):
    name = "itsm.sla"
    default_auto_field = "django.db.models.BigAutoField"
