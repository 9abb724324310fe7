from django.apps import AppConfig


class ImprovementsConfig(AppConfig):
    """What is to get better."""

    name = "problems.improvements"
    label = "improvements"
    default_auto_field = "django.db.models.BigAutoField"
