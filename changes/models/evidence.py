"""What pipelines show of a change, and what was delivered with it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes.models.change import Change, Environment
from changes.models.pipeline import EvidenceKind, Pipeline
from itsm.inventory.models import Service


class Evidence(models.Model):
    """One result of a pipeline, as it was; of the same kind and name the latest counts.

    It may come before the change it speaks for: then ``revision`` says which one that will be.
    """

    class Outcome(models.TextChoices):
        """Whether it speaks for the change."""

        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Unknown")

    change = models.ForeignKey(
        Change, models.CASCADE, null=True, related_name="evidence", db_index=False
    )
    pipeline = models.ForeignKey(
        Pipeline, models.PROTECT, null=True, related_name="evidence", db_index=False
    )
    kind = models.CharField(max_length=10, choices=EvidenceKind)
    name = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.UNKNOWN)
    facts = models.JSONField(default=dict)
    url = models.CharField(max_length=500, blank=True)
    revision = models.CharField(max_length=128, blank=True)
    artifact_digest = models.CharField(max_length=128, blank=True)
    delivery_id = models.CharField(max_length=250, unique=True)
    happened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["change", "happened_at", "id"], name="evidence_of_change"),
            models.Index(
                fields=["pipeline", "revision"],
                name="evidence_waiting",
                condition=Q(change__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()


class Deployment(models.Model):
    """A version of a service brought into an environment."""

    class Outcome(models.TextChoices):
        """How it went."""

        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        ROLLED_BACK = "rolled_back", _("Rolled back")
        CANCELED = "canceled", _("Canceled")

    service = models.ForeignKey(
        Service, models.PROTECT, null=True, related_name="deployments", db_index=False
    )
    environment = models.CharField(max_length=40, default=Environment.PRODUCTION)
    revision = models.CharField(max_length=128, blank=True)
    artifact_digest = models.CharField(max_length=128, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.RUNNING)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Of the deployed range of commits; from the first of them the lead time is counted.
    first_commit_at = models.DateTimeField(null=True)
    last_commit_at = models.DateTimeField(null=True)
    change = models.ForeignKey(Change, models.SET_NULL, null=True, related_name="deployments")
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, null=True, related_name="deployments")
    url = models.CharField(max_length=500, blank=True)
    delivery_id = models.CharField(max_length=250, unique=True)
    registered_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["-registered_at", "-id"], name="deployment_newest"),
            models.Index(fields=["service", "-registered_at", "-id"], name="deployment_of_service"),
            # After one that failed: when the service was delivered well again.
            models.Index(
                fields=["service", "environment", "finished_at"],
                name="deployment_succeeded",
                condition=Q(outcome="succeeded"),
            ),
            models.Index(
                fields=["environment", "finished_at"],
                name="deployment_finished",
                condition=Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.revision[:12] or self.delivery_id

    def is_over(self) -> bool:
        """Whether it is known how it went."""
        return self.outcome != self.Outcome.RUNNING
