"""Calendars: when work is done; and objectives: how well services are to work."""

from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from itsm.core.crypto import EncryptedTextField
from itsm.core.http import may_call
from itsm.inventory.models import Service


class Calendar(models.Model):
    """The working week of a place, in its time zone; the default one counts for everybody else."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    is_default = models.BooleanField(_("is the default"), default=False)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
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

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="hours", verbose_name=_("calendar")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    starts = models.TimeField(_("starts"))
    ends = models.TimeField(_("ends"), help_text=_("00:00 is the end of the day."))

    class Meta:
        ordering = ["weekday", "starts"]
        verbose_name = _("span of work")
        verbose_name_plural = _("working hours")

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}-{self.ends:%H:%M}"

    def clean(self) -> None:
        if self.starts and self.ends and time(0) < self.ends <= self.starts:
            raise ValidationError({"ends": _("The end must come after the start.")})


class Holiday(models.Model):
    """A day on which no work is done."""

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="holidays", verbose_name=_("calendar")
    )
    falls_on = models.DateField(_("falls on"))
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["falls_on"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "falls_on"], name="one_holiday_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.falls_on} {self.name}"


class Objective(models.Model):
    """How well a service is to work, and how much of the error budget that leaves is left.

    Its value comes from queries that are asked every minute, or is reported by a program.
    """

    service = models.ForeignKey(
        Service, models.CASCADE, related_name="objectives", verbose_name=_("service")
    )
    name = models.CharField(_("name"), max_length=120)
    target = models.FloatField(
        _("share that must be good"),
        default=0.999,
        validators=[MinValueValidator(0), MaxValueValidator(0.999999)],
        help_text=_("Such as 0.999: of a thousand requests one may fail."),
    )
    window_days = models.PositiveSmallIntegerField(
        _("days it is counted over"), default=28, validators=[MinValueValidator(1)]
    )
    kind = models.CharField(max_length=40, default="prometheus", editable=False)
    address = models.CharField(
        _("address of Prometheus"),
        max_length=500,
        blank=True,
        help_text=_("Such as https://prometheus.example.org. Empty: a program reports the value."),
    )
    token = EncryptedTextField(_("token for it"), blank=True)
    query = models.TextField(
        _("query for the share that was bad in the whole window"),
        blank=True,
        max_length=5000,
        help_text=_("Its answer is one number from 0 to 1."),
    )
    burn_query = models.TextField(
        _("query for the share that was bad in the last hour"), blank=True, max_length=5000
    )
    fresh_minutes = models.PositiveSmallIntegerField(
        _("minutes a value counts"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Later it is unknown."),
    )
    is_active = models.BooleanField(_("is active"), default=True)
    # 1 is the whole budget, 0 none; 1 burns it up exactly by the end of the window.
    left = models.FloatField(_("left"), null=True, editable=False)
    burn = models.FloatField(_("burn"), null=True, editable=False)
    measured_at = models.DateTimeField(_("measured at"), null=True, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)
    error = models.CharField(max_length=250, blank=True, editable=False)

    class Meta:
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        ordering = ["service", "name"]
        constraints = [
            models.UniqueConstraint(fields=["service", "name"], name="one_objective_a_name"),
            models.CheckConstraint(
                condition=Q(target__gte=0, target__lt=1), name="objective_leaves_a_budget"
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="objective_to_ask",
                condition=Q(is_active=True) & ~Q(address=""),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse an address that may not be called, and one without a query."""
        if self.address and not may_call(self.address):
            raise ValidationError({"address": _("Give an address that begins with https://.")})
        if self.address and not self.query:
            raise ValidationError({"query": _("Say what is asked there.")})

    def is_known(self, now: datetime) -> bool:
        """Whether its value is fresh enough to count."""
        limit = now - timedelta(minutes=self.fresh_minutes)
        return self.measured_at is not None and self.measured_at >= limit
