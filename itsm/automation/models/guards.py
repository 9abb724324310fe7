"""What keeps runs from doing harm: breakers, budgets, and one switch that stops everything."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from itsm.automation.breaking import Standing
from itsm.automation.models.runbooks import Runbook
from itsm.inventory.models import Tier


class Breaker(models.Model):
    """Whether a runbook may be run on a target, or at all where no target is named.

    The one without a runbook holds all healing back: it has failed on too much of the fleet.
    """

    class State(models.TextChoices):
        """Whether it lets runs pass."""

        CLOSED = "closed", _("Closed: runs pass")
        OPEN = "open", _("Open: nothing passes")
        HALF_OPEN = "half_open", _("Half open: one supervised run passes")

    runbook = models.ForeignKey(Runbook, models.CASCADE, null=True, related_name="breakers")
    target = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.CLOSED)
    wait = models.DurationField(default=timedelta(hours=1))
    until = models.DateTimeField(null=True)
    # Failures before it was last closed are forgiven.
    counts_from = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    trial = models.ForeignKey("automation.Run", models.SET_NULL, null=True, related_name="trials")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["runbook", "target"], name="one_breaker_a_target"),
            models.UniqueConstraint(
                fields=["target"], condition=Q(runbook=None), name="one_breaker_for_all"
            ),
        ]
        indexes = [
            models.Index(fields=["state"], name="breaker_not_closed", condition=~Q(state="closed"))
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.target}" if self.target else self.name

    @property
    def name(self) -> str:
        """What it holds back."""
        return self.runbook.name if self.runbook is not None else gettext("Healing as a whole")

    @property
    def standing(self) -> Standing:
        """How it stands, as the arithmetic of breakers has it."""
        return Standing(self.state, self.wait, self.until, self.counts_from)

    def stand(self, standing: Standing) -> None:
        """Take on what the arithmetic came to."""
        self.state, self.wait = standing.state, standing.wait
        self.until, self.counts_from = standing.until, standing.counts_from


class RunBudget(models.Model):
    """How many runs an hour may heal services of one tier, and how much of one at a time."""

    tier = models.PositiveSmallIntegerField(_("tier"), choices=Tier, unique=True)
    runs_an_hour = models.PositiveSmallIntegerField(_("runs an hour"))
    share_at_once = models.PositiveSmallIntegerField(
        _("per cent of a service's components at the same time"), default=10
    )

    class Meta:
        verbose_name = _("run budget")
        verbose_name_plural = _("run budgets")
        ordering = ["tier"]
        constraints = [
            models.CheckConstraint(condition=Q(share_at_once__lte=100), name="share_of_a_hundred")
        ]

    def __str__(self) -> str:
        return self.get_tier_display()


class KillSwitch(models.Model):
    """The one switch that stops every run; one row, held by whoever judges whether to begin."""

    is_on = models.BooleanField(default=False)
    pressed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    pressed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=250, blank=True)

    class Meta:
        verbose_name_plural = "kill switches"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_kill_switch")]

    def __str__(self) -> str:
        return "on" if self.is_on else "off"
