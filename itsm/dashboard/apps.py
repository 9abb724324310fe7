from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """The staff's screens."""

    name = "itsm.dashboard"
    default_auto_field = "django.db.models.BigAutoField"
