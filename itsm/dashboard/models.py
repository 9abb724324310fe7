"""Reports of the measures that people have sent to themselves."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.people.models import Team


class ReportSchedule(models.Model):
    """Somebody's wish to have the measures sent, every week or every month."""

    class Every(models.TextChoices):
        """How often, and about how long a time."""

        WEEK = "week", _("Every Monday, about the week before")
        MONTH = "month", _("On the first of a month, about the month before")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reports")
    every = models.CharField(_("how often"), max_length=5, choices=Every)
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    next_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "every", "team"], name="one_report_a_wish", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_every_display()} {self.team or ''}".strip()


class Report(models.Model):
    """One report about one time, sent once."""

    schedule = models.ForeignKey(
        ReportSchedule, models.CASCADE, db_index=False, related_name="reports"
    )
    start = models.DateTimeField()
    end = models.DateTimeField()
    prepared_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "end"], name="one_report_a_period")
        ]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"
