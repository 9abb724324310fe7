"""What people are told, by which way, and how that went."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.models import Event


class Message(models.Model):
    """One event told to one person by one channel; the row says why and how it went."""

    class Status(models.TextChoices):
        """How far the telling has come."""

        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("Skipped")

    event = models.ForeignKey(Event, models.PROTECT, related_name="messages")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages")
    channel = models.CharField(max_length=20)
    why = models.CharField(_("why this person"), max_length=20)
    number = models.CharField(_("ticket"), max_length=20)
    subject = models.CharField(max_length=300)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    detail = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "recipient", "channel"], name="told_once_each_way"
            )
        ]
        indexes = [models.Index(fields=["recipient", "channel", "-id"], name="message_inbox")]

    def __str__(self) -> str:
        return f"{self.channel} to {self.recipient_id}: {self.subject}"
