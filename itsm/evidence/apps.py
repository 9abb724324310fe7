from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    """What speaks for which cause."""

    name = "itsm.evidence"
    verbose_name = _("Evidence")
