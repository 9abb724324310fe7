"""What the gate goes by, what it said, and the permits that came of it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    validate_comma_separated_integer_list,
)
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes.gate import Policy
from changes.models.change import Change
from itsm.inventory.models import Service, Tier


class GatePolicy(models.Model):
    """What the organisation sets for the gate; there is one, and without it the usual values."""

    class Band(models.TextChoices):
        """The risk from which a start is to be careful."""

        MODERATE = "moderate", _("Moderate")
        HIGH = "high", _("High")
        VERY_HIGH = "very_high", _("Very high")

    is_only = models.BooleanField(default=True, unique=True, editable=False)
    is_stopped = models.BooleanField(
        _("nothing may go out"), default=False, help_text=_("The kill switch, for every change.")
    )
    locked_services = models.ManyToManyField(
        Service, blank=True, related_name="+", verbose_name=_("services nothing may go out to")
    )
    budget_warning = models.FloatField(
        _("error budget left under which the owner is asked"),
        default=0.25,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("1 is the whole budget."),
    )
    burn_warning = models.FloatField(
        _("burn rate above which the owner is asked"),
        default=1.0,
        validators=[MinValueValidator(0)],
        help_text=_("1 just uses the budget up by the end of its window."),
    )
    guarded_from = models.CharField(
        _("risk from which a start is to be careful"),
        max_length=10,
        choices=Band,
        default=Band.HIGH,
    )
    closed_tiers = models.CharField(
        _("tiers whose error budget must be known"),
        max_length=20,
        default="1",
        blank=True,
        validators=[validate_comma_separated_integer_list],
        help_text=_("Such as 1,2. In the others a change goes though its value is unknown."),
    )
    open_tiers = models.CharField(
        _("tiers that go when nobody has answered in time"),
        max_length=20,
        blank=True,
        validators=[validate_comma_separated_integer_list],
        help_text=_("Such as 4. In the others a change is denied when its deadline passes."),
    )
    canary_percent = models.PositiveSmallIntegerField(
        _("share of a careful start that goes first, in percent"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    bake_minutes = models.PositiveSmallIntegerField(
        _("minutes it is watched before the rest goes"), default=30
    )
    permit_minutes = models.PositiveSmallIntegerField(
        _("minutes a permit holds"), default=15, validators=[MinValueValidator(1)]
    )
    wait_minutes = models.PositiveSmallIntegerField(
        _("minutes until an unanswered question gets the default"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
    )
    kept_days = models.PositiveSmallIntegerField(
        _("days its decisions are kept"),
        default=400,
        validators=[MinValueValidator(90)],
        help_text=_("Those by which a change was started are kept as long as the change."),
    )

    class Meta:
        verbose_name = _("gate policy")
        verbose_name_plural = _("gate policies")
        constraints = [models.CheckConstraint(condition=Q(is_only=True), name="one_gate_policy")]

    def __str__(self) -> str:
        return "Gate"

    def clean(self) -> None:
        """Refuse tiers there are not."""
        for name in ("closed_tiers", "open_tiers"):
            if not tiers_in(getattr(self, name)) <= set(Tier.values):
                raise ValidationError({name: _("There are the tiers 1, 2, 3 and 4.")})

    @property
    def values(self) -> Policy:
        """The values as the rules take them."""
        return Policy(
            budget_warning=self.budget_warning,
            burn_warning=self.burn_warning,
            guarded_from=self.guarded_from,
            closed_tiers=tiers_in(self.closed_tiers),
            open_tiers=tiers_in(self.open_tiers),
        )


def tiers_in(text: str) -> frozenset[int]:
    """The tiers that are written so."""
    return frozenset(int(each) for each in text.split(",") if each)


class GateDecision(models.Model):
    """What the gate said of a change once, why, and what it knew; asked again alike, still one."""

    class Occasion(models.TextChoices):
        """Why the gate was asked."""

        ASKED = "asked", _("Asked")
        STARTED = "started", _("At the start")
        DEADLINE = "deadline", _("When time was up")

    change = models.ForeignKey(Change, models.CASCADE, related_name="decisions")
    occasion = models.CharField(max_length=8, choices=Occasion, default=Occasion.ASKED)
    verdict = models.CharField(max_length=16)
    rules = models.JSONField(default=list)
    leaves = models.JSONField(default=list)
    inputs = models.JSONField(default=dict)
    inputs_hash = models.CharField(max_length=64)
    policy_version = models.CharField(max_length=20)
    retry_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    times = models.PositiveIntegerField(default=1)
    last_asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["change", "-id"], name="decision_of_change"),
            models.Index(fields=["-made_at", "-id"], name="decision_made"),
        ]

    def __str__(self) -> str:
        return f"{self.change_id}: {self.verdict}"


class Permit(models.Model):
    """Leave of the gate to start one change once, soon, with one artifact."""

    class State(models.TextChoices):
        """What became of it."""

        ISSUED = "issued", _("Issued")
        CONSUMED = "consumed", _("Used")
        EXPIRED = "expired", _("Expired")
        REVOKED = "revoked", _("Revoked")

    code = models.CharField(max_length=32, unique=True)
    change = models.ForeignKey(Change, models.CASCADE, related_name="permits")
    decision = models.ForeignKey(GateDecision, models.CASCADE, related_name="permits")
    environment = models.CharField(max_length=12)
    artifact_digest = models.CharField(max_length=128, blank=True)
    sha = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.ISSUED)
    # Given because nobody answered in time: then an unanswered question does not stop the start.
    is_by_default = models.BooleanField(default=False)
    issued_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why_ended = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["change"], condition=Q(state="issued"), name="one_open_permit_a_change"
            )
        ]
        indexes = [
            models.Index(fields=["change", "-id"], name="permit_of_change"),
            models.Index(fields=["expires_at"], name="permit_open", condition=Q(state="issued")),
        ]

    def __str__(self) -> str:
        return self.code
