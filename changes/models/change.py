"""Changes: something is altered, on purpose and in the open."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from changes.models.template import TemplateVersion
from itsm.tickets.models import Ticket


class ChangeType(models.TextChoices):
    """By which road a change gets its leave."""

    STANDARD = "standard", _("Standard")
    NORMAL = "normal", _("Normal")
    EMERGENCY = "emergency", _("Emergency")
    UNAUTHORISED = "unauthorised", _("Unauthorised")


class Category(models.TextChoices):
    """What is altered."""

    DEPLOY = "deploy", _("Deployment")
    CONFIG = "config", _("Configuration")
    INFRA = "infra", _("Infrastructure")
    DATA = "data", _("Data")
    ACCESS = "access", _("Access")


class Environment(models.TextChoices):
    """Where it is altered."""

    PRODUCTION = "production", _("Production")
    STAGING = "staging", _("Staging")
    TEST = "test", _("Test")
    DEVELOPMENT = "development", _("Development")


class Outcome(models.TextChoices):
    """How the work itself went."""

    OK = "ok", _("It went as planned")
    FAILED = "failed", _("It failed")
    ROLLED_BACK = "rolled_back", _("It was taken back")


class CloseCode(models.TextChoices):
    """What is said of the change in the end."""

    SUCCESSFUL = "successful", _("Successful")
    SUCCESSFUL_WITH_ISSUES = "successful_with_issues", _("Successful with issues")
    UNSUCCESSFUL = "unsuccessful", _("Unsuccessful")
    ROLLED_BACK = "rolled_back", _("Rolled back")
    NOT_IMPLEMENTED = "not_implemented", _("Not implemented")


class Change(Ticket):
    """Something is altered, on purpose and in the open."""

    type = models.CharField(_("type"), max_length=12, choices=ChangeType, default=ChangeType.NORMAL)
    category = models.CharField(
        _("category"), max_length=8, choices=Category, default=Category.CONFIG
    )
    environment = models.CharField(
        _("environment"), max_length=12, choices=Environment, default=Environment.PRODUCTION
    )
    template_version = models.ForeignKey(
        TemplateVersion, models.PROTECT, null=True, blank=True, related_name="changes"
    )
    reason = models.TextField(_("reason"), blank=True, max_length=20_000)
    planned_start = models.DateTimeField(_("planned start"), null=True, blank=True)
    planned_end = models.DateTimeField(_("planned end"), null=True, blank=True)
    actual_start = models.DateTimeField(null=True, editable=False)
    actual_end = models.DateTimeField(null=True, editable=False)
    outage_expected = models.BooleanField(_("an outage is expected"), default=False)
    implementation_plan = models.TextField(_("how it is done"), blank=True, max_length=50_000)
    test_plan = models.TextField(_("how it is tested"), blank=True, max_length=50_000)
    backout_plan = models.TextField(_("how it is taken back"), blank=True, max_length=50_000)
    backout_tested = models.BooleanField(_("taking it back was tried"), default=False)
    irreversible = models.BooleanField(_("data are moved, or it cannot be undone"), default=False)
    answers = models.JSONField(_("answers to the risk questions"), default=dict, blank=True)
    risk_score = models.PositiveSmallIntegerField(default=0, editable=False)
    risk_band = models.CharField(max_length=10, default="low", editable=False)
    risk_contributions = models.JSONField(default=list, editable=False)
    artifact_digest = models.CharField(_("digest of the artifact"), max_length=128, blank=True)
    on_hold = models.BooleanField(default=False, editable=False)
    hold_reason = models.CharField(max_length=250, blank=True, editable=False)
    retroactive_reason = models.TextField(blank=True, editable=False, max_length=5000)
    cancel_reason = models.CharField(max_length=500, blank=True, editable=False)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, editable=False)
    close_code = models.CharField(max_length=24, choices=CloseCode, blank=True, editable=False)
    close_notes = models.TextField(blank=True, editable=False)
    review_notes = models.TextField(blank=True, editable=False)
    reviewed_at = models.DateTimeField(null=True, editable=False)
    watch_until = models.DateTimeField(null=True, editable=False)
    # Who touched what is to be approved may not approve it.
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_start__isnull=True)
                | Q(planned_end__isnull=True)
                | Q(planned_end__gt=F("planned_start")),
                name="change_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(risk_score__lte=100), name="change_risk_within_bounds"
            ),
        ]
        indexes = [
            models.Index(fields=["planned_start", "planned_end"], name="change_planned"),
            models.Index(
                fields=["watch_until"],
                name="change_watched",
                condition=Q(watch_until__isnull=False),
            ),
            # What may have caused an incident is looked for among what was begun lately.
            models.Index(
                fields=["-actual_start"],
                name="change_begun",
                condition=Q(actual_start__isnull=False),
            ),
        ]
