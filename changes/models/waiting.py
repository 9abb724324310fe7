"""Who waits at the gate, until when, and the one answer there was."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from changes.models.change import Change
from changes.models.gate import GateDecision, Permit
from itsm.core.crypto import EncryptedTextField


class GateWait(models.Model):
    """A question put to the gate that is answered once: by a final verdict, or by its default."""

    change = models.ForeignKey(Change, models.CASCADE, related_name="waits")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="+"
    )
    artifact_digest = models.CharField(max_length=128, blank=True)
    sha = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    deadline_at = models.DateTimeField()
    # Declared when it was asked, so that an edited policy surprises nobody who waits.
    opens_at_deadline = models.BooleanField(default=False)
    check_at = models.DateTimeField(default=timezone.now)
    decision = models.ForeignKey(GateDecision, models.CASCADE, related_name="+")
    permit = models.ForeignKey(Permit, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    is_by_default = models.BooleanField(default=False)
    callback_url = models.CharField(max_length=500, blank=True)
    callback_secret = EncryptedTextField(blank=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by", "change", "artifact_digest", "sha"],
                condition=Q(answered_at__isnull=True),
                name="one_open_wait_each",
            )
        ]
        indexes = [
            models.Index(
                fields=["check_at"], name="wait_due", condition=Q(answered_at__isnull=True)
            ),
            models.Index(fields=["change", "-id"], name="wait_of_change"),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} until {self.deadline_at}"
