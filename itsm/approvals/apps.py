from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Who must say yes, whatever it is about."""

    name = "itsm.approvals"
    default_auto_field = "django.db.models.BigAutoField"
