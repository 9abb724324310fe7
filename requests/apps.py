from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RequestsConfig(AppConfig):
    """What end users order; hides itself from rest_framework in itsm/__init__.py."""

    name = "requests"
    verbose_name = _("Requests")
