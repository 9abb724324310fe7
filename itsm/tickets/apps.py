from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "itsm.tickets"
    default_auto_field = "django.db.models.BigAutoField"
