"""Calendars: when work is done."""

from datetime import time

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Calendar(models.Model):
    """The working week of a place, in its time zone; the default one counts for everybody else."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    is_default = models.BooleanField(_("is the default"), default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="one_default_calendar",
            )
        ]

    def __str__(self) -> str:
        return self.name


class WorkingHours(models.Model):
    """One span of work on one weekday."""

    class Weekday(models.IntegerChoices):
        """Days of the week, as Python counts them."""

        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts = models.TimeField()
    ends = models.TimeField(help_text=_("00:00 is the end of the day."))

    class Meta:
        ordering = ["weekday", "starts"]
        verbose_name_plural = _("working hours")

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}-{self.ends:%H:%M}"

    def clean(self) -> None:
        if self.starts and self.ends and time(0) < self.ends <= self.starts:
            raise ValidationError({"ends": _("The end must come after the start.")})


class Holiday(models.Model):
    """A day on which no work is done."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="holidays")
    falls_on = models.DateField()
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["falls_on"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "falls_on"], name="one_holiday_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.falls_on} {self.name}"
