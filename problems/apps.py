from django.apps import AppConfig


class ProblemsConfig(AppConfig):
    """Causes behind incidents."""

    name = "problems"
