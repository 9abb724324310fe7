from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeConfig(AppConfig):
    """Articles worth reading again."""

    name = "knowledge"
    verbose_name = _("Knowledge")
