"""Incidents: service is worse than it should be, for somebody, now."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.tickets.models import Ticket


class OnHoldReason(models.TextChoices):
    """What an incident waits for."""

    AWAITING_CALLER = "awaiting_caller", _("Awaiting the caller")
    AWAITING_CHANGE = "awaiting_change", _("Awaiting a change")
    AWAITING_PROBLEM = "awaiting_problem", _("Awaiting a problem")
    AWAITING_VENDOR = "awaiting_vendor", _("Awaiting a vendor")


class ResolutionCode(models.TextChoices):
    """How service was restored."""

    FIXED = "fixed", _("Fixed")
    WORKAROUND = "workaround", _("Worked around")
    KNOWN_ERROR = "known_error", _("Known error")
    RESOLVED_BY_CHANGE = "resolved_by_change", _("Resolved by a change")
    RESOLVED_BY_PROBLEM = "resolved_by_problem", _("Resolved by a problem's fix")
    SELF_HEALED = "self_healed", _("Healed by a runbook")
    NO_FAULT = "no_fault", _("No fault found, or it cleared by itself")
    USER_ERROR = "user_error", _("Handling error")
    DUPLICATE = "duplicate", _("Duplicate")


class CancelReason(models.TextChoices):
    """Why an incident was none."""

    DUPLICATE = "duplicate", _("Duplicate of another")
    NOT_AN_INCIDENT = "not_an_incident", _("Not an incident")
    WITHDRAWN = "withdrawn", _("Withdrawn by the caller")


class Detection(models.TextChoices):
    """Who noticed first."""

    ALERT = "alert", _("An alert")
    USER = "user", _("A user")
    ENGINEER = "engineer", _("An engineer")


class Provenance(models.TextChoices):
    """How sure it is that a change caused the incident."""

    NONE = "none", _("Not judged")
    AUTO = "auto", _("Computed")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Rejected")


class Incident(Ticket):
    """Service is worse than it should be, for somebody, now."""

    category = models.CharField(_("category"), max_length=60, blank=True)
    subcategory = models.CharField(_("subcategory"), max_length=60, blank=True)
    on_hold_reason = models.CharField(
        max_length=20, choices=OnHoldReason, blank=True, editable=False
    )
    vendor_reference = models.CharField(max_length=120, blank=True, editable=False)
    resume_at = models.DateTimeField(null=True, editable=False)
    detection = models.CharField(max_length=10, choices=Detection, default=Detection.ENGINEER)
    impact_started_at = models.DateTimeField(_("impact started"), null=True, blank=True)
    detected_at = models.DateTimeField(_("detected"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, editable=False)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    responded_at = models.DateTimeField(null=True, editable=False)
    mitigated_at = models.DateTimeField(_("mitigated"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    resolution_code = models.CharField(
        max_length=20, choices=ResolutionCode, blank=True, editable=False
    )
    resolution_notes = models.TextField(blank=True, editable=False)
    auto_close_at = models.DateTimeField(null=True, editable=False)
    cancel_reason = models.CharField(
        max_length=16, choices=CancelReason, blank=True, editable=False
    )
    reopen_count = models.PositiveSmallIntegerField(default=0, editable=False)
    last_reopened_at = models.DateTimeField(null=True, editable=False)
    last_reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    reassignment_count = models.PositiveSmallIntegerField(default=0, editable=False)
    problem = models.ForeignKey(
        Ticket, models.SET_NULL, null=True, blank=True, related_name="incidents_of_problem"
    )
    caused_by_change = models.ForeignKey(
        Ticket, models.SET_NULL, null=True, blank=True, related_name="incidents_caused"
    )
    caused_by_provenance = models.CharField(
        max_length=10, choices=Provenance, default=Provenance.NONE, editable=False
    )
    workaround_used = models.BooleanField(_("a workaround was used"), default=False)
    major = models.BooleanField(default=False, editable=False)
    severity = models.PositiveSmallIntegerField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(impact_started_at__isnull=True)
                | (
                    (Q(detected_at__isnull=True) | Q(detected_at__gte=F("impact_started_at")))
                    & (Q(mitigated_at__isnull=True) | Q(mitigated_at__gte=F("impact_started_at")))
                ),
                name="impact_starts_first",
            ),
        ]
        indexes = [
            models.Index(
                fields=["auto_close_at"],
                name="incident_auto_close",
                condition=Q(auto_close_at__isnull=False),
            ),
            models.Index(
                fields=["resume_at"], name="incident_resume", condition=Q(resume_at__isnull=False)
            ),
            models.Index(fields=["major"], name="incident_major", condition=Q(major=True)),
            models.Index(
                fields=["acknowledged_at"],
                name="incident_acknowledged",
                condition=Q(acknowledged_at__isnull=False),
            ),
        ]


class Affected(models.Model):
    """Somebody who said "me too" of an outage; it gives no right to see the incident itself."""

    incident = models.ForeignKey(Incident, models.CASCADE, db_index=False, related_name="affected")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="affected_by")
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "affected people"
        constraints = [
            models.UniqueConstraint(fields=["incident", "user"], name="affected_once_each")
        ]
        indexes = [models.Index(fields=["joined_at"], name="affected_when")]

    def __str__(self) -> str:
        return f"{self.user} is affected by {self.incident_id}"


class OutageUpdate(models.Model):
    """What everybody is told of an outage, in words chosen for everybody."""

    incident = models.ForeignKey(
        Incident, models.CASCADE, db_index=False, related_name="outage_updates"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = models.TextField(max_length=2_000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["incident", "-id"], name="outage_update_newest"),
            models.Index(fields=["created_at"], name="outage_update_when"),
        ]

    def __str__(self) -> str:
        return self.body


class History(models.Model):
    """The incidents of another tool, as far as they were taken in."""

    source = models.CharField(max_length=60, unique=True)
    began_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    events = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "histories"

    def __str__(self) -> str:
        return self.source


class PastRecord(models.Model):
    """A record of another tool and the incident it became, so that it becomes one only once."""

    history = models.ForeignKey(History, models.CASCADE, db_index=False, related_name="records")
    reference = models.CharField(max_length=100)
    incident = models.OneToOneField(Incident, models.CASCADE, related_name="past_record")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["history", "reference"], name="past_record_once")
        ]

    def __str__(self) -> str:
        return self.reference


class RowAside(models.Model):
    """A row of another tool's log that could not be used, kept with what is wrong with it."""

    history = models.ForeignKey(History, models.CASCADE, db_index=False, related_name="aside")
    file = models.CharField(max_length=200)
    line = models.PositiveIntegerField()
    why = models.CharField(max_length=250)
    text = models.TextField(max_length=2_000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["history", "file", "line"], name="row_aside_once")
        ]

    def __str__(self) -> str:
        return f"{self.file}, row {self.line}: {self.why}"
