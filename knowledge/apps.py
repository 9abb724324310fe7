from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """Articles worth reading again."""

    name = "knowledge"
