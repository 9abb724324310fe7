"""Which change is thought to have caused an incident, and who says so."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes.models.change import Change
from itsm.tickets.models import Ticket


class Attribution(models.Model):
    """One incident put down to one change: computed, then confirmed or rejected by somebody."""

    class Provenance(models.TextChoices):
        """Whose word it is."""

        AUTO = "auto", _("Computed")
        CONFIRMED = "confirmed", _("Confirmed")
        REJECTED = "rejected", _("Rejected")

    change = models.ForeignKey(Change, models.CASCADE, db_index=False, related_name="attributions")
    incident = models.ForeignKey(Ticket, models.CASCADE, db_index=False, related_name="causes")
    score = models.PositiveSmallIntegerField(default=0)
    is_likely = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    provenance = models.CharField(max_length=10, choices=Provenance, default=Provenance.AUTO)
    computed_at = models.DateTimeField(default=timezone.now)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    judged_at = models.DateTimeField(null=True)
    # What the change was closed as before this made it one with issues.
    closed_as = models.CharField(max_length=24, blank=True)
    comment = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "change"], name="one_attribution_each"),
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(provenance="confirmed"),
                name="one_cause_confirmed_each",
            ),
            models.CheckConstraint(condition=Q(score__lte=100), name="attribution_within_bounds"),
        ]
        indexes = [
            models.Index(fields=["incident", "-score", "id"], name="attribution_of_incident"),
            models.Index(fields=["change", "-score", "id"], name="attribution_of_change"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} by {self.change_id}: {self.get_provenance_display()}"
