"""What people are told, by which way, and how that went."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.models import Event
from itsm.notifications.topics import Why
from itsm.tickets.models import Ticket


class Message(models.Model):
    """One event meant for one person by one channel; the row says why, and how it went."""

    class Status(models.TextChoices):
        """How far the telling has come."""

        QUEUED = "queued", _("Waiting")
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("Not sent")
        FAILED = "failed", _("Failed")

    class Because(models.TextChoices):
        """Why somebody was not told."""

        ACTOR = "actor", _("Did it himself")
        UNSEEN = "unseen", _("May not see it")
        INACTIVE = "inactive", _("May not sign in")
        PREFERENCE = "preference", _("Chose not to be told")
        NO_ADDRESS = "no_address", _("Has no address")

    event = models.ForeignKey(Event, models.PROTECT, related_name="messages")
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="messages")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages")
    channel = models.CharField(_("channel"), max_length=20)
    topic = models.CharField(_("sort of news"), max_length=12)
    why = models.CharField(_("why this person"), max_length=12, choices=Why)
    subject = models.CharField(_("subject"), max_length=300)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.QUEUED)
    because = models.CharField(_("why not"), max_length=12, choices=Because, blank=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "recipient", "channel"], name="told_once_each_way"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.recipient_id}: {self.subject}"


class InboxEntry(models.Model):
    """A record in a person's inbox, with the newest that happened to it.

    ``unread`` says how many things happened since it was last read, and stays when it is read, so
    that reading can be undone. News of one's account have no ticket and an entry each.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox", db_index=False
    )
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="+")
    latest = models.ForeignKey(Message, models.CASCADE, related_name="+")
    unread = models.PositiveIntegerField(default=1)
    is_read = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "ticket"], name="one_entry_a_record"),
            models.CheckConstraint(
                condition=Q(is_read=Q(read_at__isnull=False)), name="read_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["user", "is_read", "-latest"], name="inbox_order")]

    def __str__(self) -> str:
        return f"{self.ticket_id} in the inbox of {self.user_id}"
