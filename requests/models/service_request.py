"""Service requests: one thing that was ordered, and the steps by which it comes about."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.tickets.models import Task, Ticket
from requests.models.catalogue import CatalogItem, ItemVersion
from requests.models.ordering import Order


class ServiceRequest(Ticket):
    """One thing somebody ordered, for oneself or for somebody else (the caller)."""

    # What its events are about; the class has a longer name than its kind.
    subject_type: ClassVar[str] = "service_request"

    class Undoing(models.TextChoices):
        """What it comes to when what was done has been taken back."""

        CANCELED = "canceled", _("Withdrawn")
        GIVEN_UP = "closed_incomplete", _("Given up")
        RETURNED = "returned", _("Given back")

    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="requests")
    item = models.ForeignKey(CatalogItem, models.PROTECT, related_name="requests")
    version_of_item = models.ForeignKey(ItemVersion, models.PROTECT, related_name="requests")
    answers = models.JSONField(default=dict, blank=True)
    price = models.DecimalField(max_digits=10, decimal_places=2, default=0, editable=False)
    currency = models.CharField(max_length=3, blank=True, editable=False)
    cost_centre = models.CharField(max_length=40, blank=True, editable=False)
    # What was shown to whoever agreed is what is done; the database holds us to it.
    plan = models.JSONField(default=dict, editable=False)
    plan_hash = models.CharField(max_length=64, blank=True, editable=False)
    approved_hash = models.CharField(max_length=64, blank=True, editable=False)
    executed_hash = models.CharField(max_length=64, blank=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    pending_reason = models.CharField(max_length=250, blank=True, editable=False)
    resume_at = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(max_length=500, blank=True, editable=False)
    undoing = models.CharField(max_length=20, choices=Undoing, blank=True, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    begun_at = models.DateTimeField(null=True, editable=False)
    # When the engine should look at it next; nothing while there is nothing to look at.
    look_at = models.DateTimeField(null=True, editable=False)
    confirm_by = models.DateTimeField(null=True, editable=False)
    lease_ends_at = models.DateTimeField(null=True, editable=False)
    lease_remind_at = models.DateTimeField(null=True, editable=False)
    lease_ended_at = models.DateTimeField(null=True, editable=False)
    lease_extensions = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(executed_hash="") | Q(executed_hash=F("approved_hash")),
                name="what_is_done_was_agreed_to",
            )
        ]
        indexes = [
            models.Index(
                fields=["look_at"], name="request_looked_at", condition=Q(look_at__isnull=False)
            ),
            models.Index(
                fields=["confirm_by"],
                name="request_confirmed_by",
                condition=Q(confirm_by__isnull=False),
            ),
            models.Index(
                fields=["resume_at"], name="request_resumed", condition=Q(resume_at__isnull=False)
            ),
            models.Index(
                fields=["lease_ends_at"],
                name="request_lease",
                condition=Q(lease_ends_at__isnull=False, lease_ended_at__isnull=True),
            ),
            models.Index(
                fields=["lease_remind_at"],
                name="request_lease_reminded",
                condition=Q(lease_remind_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class StepSort(models.TextChoices):
    """By whom or what a step is done."""

    HUMAN = "human", _("Somebody does it")
    HTTP = "http", _("A system is called")
    RUNBOOK = "runbook", _("A runbook runs")
    APPROVAL = "approval", _("Somebody agrees")
    WAIT = "wait", _("Time passes")


class StepState(models.TextChoices):
    """How far a step is."""

    WAITING = "waiting", _("Not yet")
    RUNNING = "running", _("Under way")
    OUTSIDE = "outside", _("Begun")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Not needed")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Canceled")


class Step(models.Model):
    """One step of a service request, frozen as it was agreed to, and what came of it."""

    service_request = models.ForeignKey(ServiceRequest, models.CASCADE, related_name="steps")
    name = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    is_undo = models.BooleanField(default=False)
    sort = models.CharField(max_length=10, choices=StepSort)
    title = models.CharField(max_length=250)
    plan = models.JSONField(default=dict)
    # The same however often the step is tried: by it the other side knows what it has done.
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=StepState, default=StepState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True)
    task = models.OneToOneField(Task, models.SET_NULL, null=True, related_name="step")
    reference = models.CharField(max_length=120, blank=True)
    evidence = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["is_undo", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["service_request", "is_undo", "position"], name="one_step_a_position"
            )
        ]
        indexes = [
            models.Index(fields=["reference"], name="step_reference", condition=~Q(reference=""))
        ]

    def __str__(self) -> str:
        return f"{self.title} of {self.service_request_id}"

    @property
    def took(self) -> float:
        """How long it took, in seconds."""
        if self.begun_at is None:
            return 0
        return ((self.ended_at or timezone.now()) - self.begun_at).total_seconds()
