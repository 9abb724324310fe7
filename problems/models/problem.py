"""Problems: why it keeps happening, and what is done about it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.tickets.models import Ticket
from problems.models.category import CauseCategory


class Origin(models.TextChoices):
    """What made somebody ask why."""

    REACTIVE = "reactive", _("Incidents")
    PROACTIVE = "proactive", _("A trend, or a candidate that was counted")
    VENDOR = "vendor", _("A vendor's notice")


class ResolutionCode(models.TextChoices):
    """How it ended."""

    FIX_APPLIED = "fix_applied", _("Fixed")
    RISK_ACCEPTED = "risk_accepted", _("The risk is accepted")
    DUPLICATE = "duplicate", _("Duplicate of another")
    NOT_A_PROBLEM = "not_a_problem", _("Not a problem")


class Problem(Ticket):
    """Why incidents keep happening; its assignee is its coordinator.

    It is a known error from when its cause or its workaround was published.
    """

    # Incidents have a column called problem, so that the way back from a ticket has another name.
    ticket_ptr = models.OneToOneField(
        Ticket,
        models.CASCADE,
        parent_link=True,
        primary_key=True,
        serialize=False,
        related_name="problem_record",
    )
    origin = models.CharField(_("origin"), max_length=10, choices=Origin, default=Origin.REACTIVE)
    # It is reviewed before it is closed.
    major = models.BooleanField(_("major problem"), default=False)
    symptoms = models.TextField(_("symptoms"), blank=True, max_length=20_000)
    cause = models.TextField(_("root cause"), blank=True, max_length=50_000)
    cause_category = models.ForeignKey(
        CauseCategory, models.PROTECT, null=True, blank=True, related_name="problems"
    )
    resolution_code = models.CharField(
        max_length=16, choices=ResolutionCode, blank=True, editable=False
    )
    fix_notes = models.TextField(blank=True, editable=False)
    # Why it was fixed without any change.
    no_change_reason = models.CharField(max_length=500, blank=True, editable=False)
    cancel_reason = models.CharField(max_length=500, blank=True, editable=False)
    # Until when it must stay quiet before the fix counts as one.
    observe_until = models.DateTimeField(null=True, editable=False)
    recurrences = models.PositiveSmallIntegerField(default=0, editable=False)
    risk_reason = models.TextField(blank=True, editable=False)
    risk_expires_on = models.DateField(null=True, editable=False)
    # What its incidents cost, counted; the priority follows it.
    open_incidents = models.PositiveIntegerField(default=0, editable=False)
    sufferer_count = models.PositiveIntegerField(default=0, editable=False)
    minutes_lost = models.PositiveBigIntegerField(default=0, editable=False)
    # Of the alerts of its incidents, as source and fingerprint: an alert keeps its last incident.
    fingerprints = ArrayField(
        models.CharField(max_length=160), default=list, blank=True, editable=False
    )

    workaround = models.TextField(_("workaround"), blank=True, max_length=20_000)
    # What callers read of it, in words made for everybody.
    caller_summary = models.CharField(_("in a few words for callers"), max_length=120, blank=True)
    caller_advice = models.TextField(_("what callers can do"), blank=True, max_length=5_000)
    known_error_at = models.DateTimeField(null=True, editable=False)
    cause_published_at = models.DateTimeField(null=True, editable=False)
    workaround_published_at = models.DateTimeField(null=True, editable=False)
    # When it was last put in other words: what was counted before is of the former ones.
    workaround_written_at = models.DateTimeField(null=True, editable=False)
    workaround_verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    workaround_successes = models.PositiveIntegerField(default=0, editable=False)
    workaround_failures = models.PositiveIntegerField(default=0, editable=False)
    workaround_last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(resolution_code="risk_accepted") | Q(risk_expires_on__isnull=False),
                name="accepted_risk_expires",
            ),
            models.CheckConstraint(
                condition=Q(known_error_at__isnull=True)
                | Q(cause_published_at__isnull=False)
                | Q(workaround_published_at__isnull=False),
                name="known_error_is_published",
            ),
        ]
        indexes = [
            models.Index(
                fields=["observe_until"],
                name="problem_observed",
                condition=Q(observe_until__isnull=False),
            ),
            models.Index(
                fields=["risk_expires_on"],
                name="problem_risk_expires",
                condition=Q(resolution_code="risk_accepted"),
            ),
            models.Index(
                fields=["known_error_at"],
                name="problem_known_error",
                condition=Q(known_error_at__isnull=False),
            ),
            GinIndex(fields=["fingerprints"], name="problem_fingerprints", fastupdate=False),
        ]
