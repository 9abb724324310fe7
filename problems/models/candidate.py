"""Candidates: what keeps coming back by counting, before anybody has asked why."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.inventory.models import Service
from itsm.tickets.models import Ticket


class CandidateBy(models.TextChoices):
    """What its incidents have in common."""

    FINGERPRINT = "fingerprint", _("The same trouble")
    CAUSE = "cause", _("The same sort of change")
    SERVICE = "service", _("The same service")
    BREAKER = "breaker", _("A runbook that does not help")


class CandidateState(models.TextChoices):
    """Whether somebody has decided on it."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("A problem was opened")
    REJECTED = "rejected", _("Rejected")


class ProblemCandidate(models.Model):
    """Incidents that came more often, or lasted longer, than chance would have it."""

    by = models.CharField(max_length=12, choices=CandidateBy)
    shared = models.CharField(max_length=250)
    title = models.CharField(max_length=250)
    service = models.ForeignKey(
        Service, models.SET_NULL, null=True, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=8, choices=CandidateState, default=CandidateState.OPEN)
    count = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField(default=0)
    expected = models.FloatField(default=0)
    chance = models.FloatField(default=0)
    factors = models.JSONField(default=list)
    incidents = ArrayField(models.BigIntegerField(), default=list)
    found_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    problem = models.ForeignKey(Ticket, models.SET_NULL, null=True, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["by", "shared"],
                condition=Q(state="open"),
                name="one_open_candidate_each",
            )
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="candidate_list"),
            models.Index(fields=["by", "shared", "-id"], name="candidate_of_value"),
        ]

    def __str__(self) -> str:
        return self.title
