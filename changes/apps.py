from django.apps import AppConfig


class ChangesConfig(AppConfig):
    """What is altered, by whose leave."""

    name = "changes"
