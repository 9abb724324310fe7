"""What is learned from a major problem, and what is done so that it does not come back."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from problems.models.problem import Problem


class Review(models.Model):
    """What those who were there say afterwards of a problem."""

    problem = models.OneToOneField(Problem, models.CASCADE, related_name="review")
    summary = models.TextField(blank=True, max_length=20_000)
    went_well = models.TextField(blank=True, max_length=20_000)
    went_wrong = models.TextField(blank=True, max_length=20_000)
    lessons = models.TextField(blank=True, max_length=20_000)
    held_on = models.DateField(null=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Review of {self.problem_id}"


class ActionKind(models.TextChoices):
    """What an action is to bring about next time."""

    PREVENT = "prevent", _("Prevent it")
    DETECT = "detect", _("Detect it sooner")
    MITIGATE = "mitigate", _("Make it hurt less")
    PROCESS = "process", _("Work together better")


class ActionState(models.TextChoices):
    """How far an action is, and whether it did what it was for."""

    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    VERIFIED = "verified", _("Verified: it did not come back")
    INEFFECTIVE = "ineffective", _("Ineffective: it came back")
    WONT_DO = "wont_do", _("Will not be done")


OPEN_ACTIONS = (ActionState.OPEN, ActionState.IN_PROGRESS, ActionState.INEFFECTIVE)


class ReviewAction(models.Model):
    """Something that is to be done so that it does not come back."""

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="review_actions")
    title = models.CharField(max_length=250)
    kind = models.CharField(max_length=10, choices=ActionKind, default=ActionKind.PREVENT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="review_actions"
    )
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=12, choices=ActionState, default=ActionState.OPEN)
    reason = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="wont_do") | ~Q(reason=""), name="not_done_for_a_reason"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                name="review_action_due",
                condition=Q(state__in=[each.value for each in OPEN_ACTIONS]),
            )
        ]

    def __str__(self) -> str:
        return self.title
