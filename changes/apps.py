from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChangesConfig(AppConfig):
    """What is altered, by whose leave."""

    name = "changes"
    verbose_name = _("Changes")
