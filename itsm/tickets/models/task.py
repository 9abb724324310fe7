"""Tasks: what one person does for a ticket of any kind."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.people.models import Team
from itsm.tickets.models.ticket import Ticket


class TaskSort(models.TextChoices):
    """What a task is for."""

    PLANNING = "planning", _("Planning")
    IMPLEMENTATION = "implementation", _("Implementation")
    TESTING = "testing", _("Testing")
    REVIEW = "review", _("Review")
    FULFILMENT = "fulfilment", _("Fulfilment")
    REPAIR = "repair", _("Repair")
    TAKING_BACK = "taking_back", _("Taking back")
    GENERAL = "general", _("General")
    ANALYSIS = "analysis", _("Root cause analysis")


class TaskState(models.TextChoices):
    """How far a task is."""

    OPEN = "open", _("Open")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    INCOMPLETE = "incomplete", _("Could not be done")
    SKIPPED = "skipped", _("Not needed")
    CANCELED = "canceled", _("Canceled")


OPEN_STATES = (TaskState.OPEN, TaskState.IN_PROGRESS)


class Task(models.Model):
    """One step of a ticket that is done by one person."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="tasks")
    sort = models.CharField(_("sort"), max_length=16, choices=TaskSort)
    title = models.CharField(_("title"), max_length=250)
    notes = models.TextField(_("what to know"), blank=True, max_length=10_000)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, db_index=False, related_name="tasks"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="tasks",
    )
    planned_start = models.DateTimeField(null=True, blank=True)
    planned_end = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=TaskState, default=TaskState.OPEN)
    result = models.TextField(_("what came of it"), blank=True, max_length=10_000)
    # Made by the workflow, which may also take it away; what a person made, a person closes.
    is_automatic = models.BooleanField(default=False, editable=False)
    # Of a task that may be asked for twice but must be made once.
    key = models.CharField(max_length=160, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="one_task_a_key")
        ]
        indexes = [
            models.Index(fields=["ticket", "position", "id"], name="task_of_ticket"),
            models.Index(
                fields=["assignee", "id"],
                name="task_of_assignee",
                condition=Q(state__in=[each.value for each in OPEN_STATES]),
            ),
            models.Index(
                fields=["team", "id"],
                name="task_of_team",
                condition=Q(state__in=[each.value for each in OPEN_STATES]),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state in OPEN_STATES
