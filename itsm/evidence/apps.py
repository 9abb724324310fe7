from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """What speaks for which cause."""

    name = "itsm.evidence"
