"""What was found out about a record's cause, as it was found: never changed, never deleted."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.tickets.models import Ticket


class EvidencePack(models.Model):
    """The evidence around the beginning of a trouble, and which causes it speaks for.

    Rows are only ever added; a trigger refuses anything else.
    """

    class Why(models.TextChoices):
        """What it was made for."""

        BEGUN = "begun", _("The trouble began")
        LATER = "later", _("More was known")
        ASKED = "asked", _("Somebody asked")

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, db_index=False, related_name="evidence_packs"
    )
    why = models.CharField(max_length=8, choices=Why)
    # The event it was made for, so that hearing of it twice makes one pack.
    event_id = models.BigIntegerField(null=True, unique=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    began_at = models.DateTimeField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    content = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["ticket", "-id"], name="evidence_pack_newest")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.made_at:%Y-%m-%d %H:%M}"
