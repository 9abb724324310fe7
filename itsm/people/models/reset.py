"""Requests for a new password."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class ResetRequest(models.Model):
    """Somebody asked for a new password: what they typed, until it is answered, and from where."""

    said = models.CharField(max_length=254, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    place = models.CharField(max_length=45, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "answered_at"], name="resets_of_user")]

    def __str__(self) -> str:
        return f"Reset {self.pk}"
