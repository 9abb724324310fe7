"""Improvements: what is to get better, measured before and after."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.people.models import Team
from itsm.tickets.models import Ticket


class Origin(models.TextChoices):
    """Where the idea came from."""

    REVIEW = "pir", _("The review of an incident")
    PROBLEM = "problem", _("A problem, or its review")
    SURVEY = "survey", _("What people said")
    METRIC = "metric", _("A measure")
    AUDIT = "audit", _("An audit")


class Outcome(models.TextChoices):
    """What came of it, by its numbers."""

    ACHIEVED = "achieved", _("The target was reached")
    PARTIAL = "partial", _("Better than before, short of the target")
    NOT = "not", _("No better than before")


class Improvement(Ticket):
    """Something that is to get better by so much; its assignee is its owner.

    The baseline is frozen when it is approved, what was measured when it is closed, each with the
    interval it may well lie in and the number of its rows.
    """

    origin = models.CharField(_("origin"), max_length=8, choices=Origin, default=Origin.METRIC)
    came_from = models.ForeignKey(
        Ticket, models.SET_NULL, null=True, blank=True, related_name="improvements"
    )
    hypothesis = models.TextField(_("hypothesis"), blank=True, max_length=10_000)
    kpi = models.CharField(max_length=60, blank=True, editable=False)
    kpi_version = models.CharField(max_length=10, blank=True, editable=False)
    kpi_days = models.PositiveSmallIntegerField(default=30, editable=False)
    kpi_team = models.ForeignKey(Team, models.SET_NULL, null=True, editable=False, related_name="+")
    target = models.FloatField(null=True, editable=False)
    baseline = models.FloatField(null=True, editable=False)
    baseline_low = models.FloatField(null=True, editable=False)
    baseline_high = models.FloatField(null=True, editable=False)
    baseline_count = models.PositiveIntegerField(null=True, editable=False)
    baseline_at = models.DateTimeField(null=True, editable=False)
    measured = models.FloatField(null=True, editable=False)
    measured_low = models.FloatField(null=True, editable=False)
    measured_high = models.FloatField(null=True, editable=False)
    measured_count = models.PositiveIntegerField(null=True, editable=False)
    measured_at = models.DateTimeField(null=True, editable=False)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, editable=False)
    decision = models.TextField(blank=True, editable=False)
    hold_reason = models.CharField(max_length=250, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="")
                | (Q(measured__isnull=False) & Q(baseline__isnull=False) & Q(target__isnull=False)),
                name="improvement_outcome_is_measured",
            )
        ]
