from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    """What the house has learnt to propose from its own history."""

    name = "itsm.proposals"
    default_auto_field = "django.db.models.BigAutoField"
