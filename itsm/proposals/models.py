"""What was learnt, and what was proposed by it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from itsm.tickets.models import Ticket


class LearntModel(models.Model):
    """What was learnt of one field on one night: a table of weights, as data."""

    field = models.CharField(max_length=16)
    version = models.PositiveIntegerField()
    learnt_at = models.DateTimeField(default=timezone.now)
    records = models.PositiveIntegerField()
    accuracy = models.FloatField()
    threshold = models.FloatField()
    body = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["field", "version"], name="one_model_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.version}"


class Proposal(models.Model):
    """What was proposed for one field of one ticket; an empty value is an honest silence."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, db_index=False, related_name="proposals")
    field = models.CharField(max_length=16)
    value = models.CharField(max_length=160, blank=True)
    sureness = models.FloatField(default=0)
    reasons = models.JSONField(default=list)
    version = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    was_right = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "field"], name="one_proposal_a_field")
        ]
        indexes = [models.Index(fields=["field", "made_at"], name="proposal_judged")]

    def __str__(self) -> str:
        return f"{self.field} {self.value}"
