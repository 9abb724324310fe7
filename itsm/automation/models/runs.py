"""Runs: what a runbook did, to what, for whom, and how it is known that it helped."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.automation.models.runbooks import Runbook, RunbookVersion
from itsm.inventory.models import Service
from itsm.tickets.models import Ticket


class RunState(models.TextChoices):
    """How far a run is."""

    PROPOSED = "proposed", _("Proposed")
    AWAITING_APPROVAL = "awaiting_approval", _("Awaiting approval")
    BLOCKED = "blocked", _("Blocked")
    DRY_RUN = "dry_run", _("Planning")
    RUNNING = "running", _("Running")
    VERIFYING = "verifying", _("Verifying")
    VERIFIED = "verified", _("Verified")
    ROLLING_BACK = "rolling_back", _("Rolling back")
    ROLLED_BACK = "rolled_back", _("Rolled back")
    FAILED = "failed", _("Failed")
    ABORTED = "aborted", _("Aborted")
    SKIPPED = "skipped", _("Skipped")


WAITING = (RunState.PROPOSED, RunState.AWAITING_APPROVAL, RunState.BLOCKED)
# These hold their target.
AT_WORK = (RunState.DRY_RUN, RunState.RUNNING, RunState.VERIFYING, RunState.ROLLING_BACK)
OVER = (
    *(RunState.VERIFIED, RunState.ROLLED_BACK, RunState.FAILED),
    *(RunState.ABORTED, RunState.SKIPPED),
)
NOT_VERIFIED = (RunState.FAILED, RunState.ROLLED_BACK)


class Obstacle(models.TextChoices):
    """What keeps a run from being begun, in the order it is looked for."""

    KILL_SWITCH = "kill_switch", _("everything is stopped")
    BREAKER = "breaker", _("the breaker is open")
    BUDGET = "budget", _("the budget is used up")
    LOCK = "lock", _("another run holds the target")
    COOLDOWN = "cooldown", _("the target rests")
    GATE = "gate", _("the gate holds it")
    PRECONDITION = "precondition", _("there is nothing to do")


class WaitsFor(models.TextChoices):
    """What a run that was begun waits for."""

    NOTHING = "", _("Nothing")
    PERSON = "person", _("A person's work")
    APPROVAL = "approval", _("Leave")
    WORD = "word", _("Somebody who says whether it took effect")


class Run(models.Model):
    """One time a runbook is done, from the proposal to the proof.

    ``claim`` fences: who is at it has a number of its own, and a late word under another number is
    not taken. ``due_at`` is when there is something to be done, and nothing where there is not.
    """

    class Origin(models.TextChoices):
        """Why it is run."""

        HEALING = "healing", _("Healing")
        FULFILMENT = "fulfilment", _("Fulfilment")
        PERSON = "person", _("A person asked for it")

    key = models.CharField(max_length=200, unique=True)
    runbook = models.ForeignKey(Runbook, models.PROTECT, related_name="runs")
    version = models.ForeignKey(RunbookVersion, models.PROTECT, related_name="runs")
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.PERSON)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="runs")
    service = models.ForeignKey(Service, models.PROTECT, null=True, related_name="runs")
    tier = models.PositiveSmallIntegerField(default=3)
    parameters = models.JSONField(default=dict)
    target = models.CharField(max_length=300)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=250, blank=True)
    # What brought it about, see ``core.events``: whatever it does is caused by that as well.
    cause = models.JSONField(default=dict)

    state = models.CharField(max_length=20, choices=RunState, default=RunState.PROPOSED)
    obstacle = models.CharField(max_length=12, choices=Obstacle, blank=True)
    why = models.TextField(blank=True)
    waits_for = models.CharField(max_length=8, choices=WaitsFor, blank=True)
    is_supervised = models.BooleanField(default=False)
    is_stopped = models.BooleanField(default=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    position = models.PositiveSmallIntegerField(default=0)
    plan = models.TextField(blank=True)
    plan_facts = models.JSONField(default=dict)
    plan_hash = models.CharField(max_length=64, blank=True)
    change = models.ForeignKey(Ticket, models.SET_NULL, null=True, related_name="runs_as_change")

    healthy = models.PositiveSmallIntegerField(default=0)
    samples_needed = models.PositiveSmallIntegerField(default=0)
    samples_taken = models.PositiveIntegerField(default=0)

    claim = models.UUIDField(null=True)
    claim_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    gives_up_at = models.DateTimeField(null=True)
    proposed_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target"], name="one_run_a_target", condition=Q(state__in=AT_WORK)
            ),
            # Nothing is called verified that was not seen to be healthy often enough.
            models.CheckConstraint(
                condition=~Q(state=RunState.VERIFIED) | Q(healthy__gte=F("samples_needed")),
                name="verified_by_samples",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OVER, ended_at__isnull=False)
                | (~Q(state__in=OVER) & Q(ended_at__isnull=True)),
                name="run_over_has_end",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="run_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["claim_until"], name="run_claimed", condition=Q(claim__isnull=False)
            ),
            models.Index(fields=["runbook", "target", "-id"], name="run_of_target"),
            models.Index(fields=["ticket", "-id"], name="run_of_ticket"),
            models.Index(fields=["tier", "started_at"], name="run_budget"),
            models.Index(fields=["state", "-id"], name="run_by_state"),
            models.Index(fields=["ended_at"], name="run_over", condition=Q(ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.runbook} #{self.pk}"

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING

    @property
    def part(self) -> str:
        """Which steps are at hand."""
        return "rollback" if self.state == RunState.ROLLING_BACK else "steps"

    @property
    def lasted(self) -> timedelta | None:
        """From its start to its end."""
        return self.ended_at - self.started_at if self.ended_at and self.started_at else None


class RunStep(models.Model):
    """One try of one step: written before it is begun, so that a crash cannot hide it."""

    class State(models.TextChoices):
        """What came of it."""

        RUNNING = "running", _("Running")
        WAITING = "waiting", _("Waiting")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Unknown")

    run = models.ForeignKey(Run, models.CASCADE, related_name="steps")
    part = models.CharField(max_length=8, default="steps")
    position = models.PositiveSmallIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=250)
    use = models.CharField(max_length=30)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    claim = models.UUIDField(null=True)
    why = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    begun_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "part", "position", "attempt"], name="one_try_of_a_step"
            )
        ]

    def __str__(self) -> str:
        return self.name


class RunLine(models.Model):
    """A line of a run's log."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="lines", db_index=False)
    text = models.CharField(max_length=2000)
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["run", "id"], name="run_line_order")]

    def __str__(self) -> str:
        return self.text
