from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProblemsConfig(AppConfig):
    """Causes behind incidents."""

    name = "problems"
    verbose_name = _("Problems")
