from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Telling people and other systems."""

    name = "itsm.notifications"
