"""Freezes, when nothing may change, and maintenance windows, when alone something may."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import DAILY, rrule, rrulestr
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from changes.windows import exceptions_in
from itsm.inventory.models import ConfigurationItem, Service, Tier
from itsm.people.models import Team


def check_rule(repeats: str, *, start: datetime | None, time_zone: str) -> None:
    """Refuse a rule or a zone that cannot be understood, by the fields they stand in."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValidationError({"time_zone": _("Give a zone such as Europe/Berlin.")}) from None
    if not repeats or start is None:
        return
    try:
        rule = rrulestr(repeats, dtstart=start.astimezone(zone).replace(tzinfo=None))
    except (ValueError, TypeError, AttributeError):
        rule = None
    # Finer rules would have to be counted through by the million to find today's.
    if not isinstance(rule, rrule) or rule._freq > DAILY:  # type: ignore[attr-defined]
        raise ValidationError({"repeats": _("Give a rule such as FREQ=WEEKLY;BYDAY=SA.")})


def check_exceptions(left_out: str, added: str, *, start: datetime, time_zone: str) -> None:
    """Refuse exceptions that cannot be read, or come before there is anything to except."""
    for name, given in (("left_out", (left_out, "")), ("added", ("", added))):
        try:
            found = exceptions_in(*given, length=timedelta(hours=1), zone=ZoneInfo(time_zone))
        except (ValueError, OverflowError):
            raise ValidationError(
                {name: _("Give one a line, such as 2026-12-24 or 2026-12-24 22:00.")}
            ) from None
        if any(each.start <= start for each in found.added):
            raise ValidationError({name: _("What is added must begin after the first.")})


class WindowSort(models.TextChoices):
    """What a window means for changes within it."""

    FREEZE = "freeze", _("Freeze: nothing within it")
    MAINTENANCE = "maintenance", _("Maintenance: only within it")


class Window(models.Model):
    """A span of time, once or again and again, and the changes it is about.

    Without services, components, tier and environment it is about every change.
    """

    sort = models.CharField(_("sort"), max_length=12, choices=WindowSort)
    name = models.CharField(_("name"), max_length=120)
    reason = models.TextField(_("reason"), blank=True)
    owner_team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="change_windows",
        verbose_name=_("owner team"),
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    repeats = models.CharField(
        _("repeats"),
        max_length=250,
        blank=True,
        help_text=_("A rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=SA. Empty: once."),
    )
    left_out = models.TextField(
        _("left out"),
        blank=True,
        max_length=20_000,
        help_text=_("When it is not, one a line: 2026-12-24, or 2026-12-24 22:00 in its zone."),
    )
    added = models.TextField(
        _("added"),
        blank=True,
        max_length=20_000,
        help_text=_(
            "When it is besides, one a line: 2026-12-24 22:00, or 2026-12-24 22:00 to "
            "2026-12-25 02:00."
        ),
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    services = models.ManyToManyField(
        Service, blank=True, related_name="change_windows", verbose_name=_("services")
    )
    configuration_items = models.ManyToManyField(
        ConfigurationItem,
        blank=True,
        related_name="change_windows",
        verbose_name=_("configuration items"),
    )
    tier = models.PositiveSmallIntegerField(_("tier"), choices=Tier, null=True, blank=True)
    environment = models.CharField(_("environment"), max_length=12, blank=True)
    # Types of change a freeze does not hold back, such as "standard".
    exempt_types = models.JSONField(_("types it does not hold back"), default=list, blank=True)
    is_active = models.BooleanField(_("is active"), default=True)
    # By which one that came from another calendar is known again.
    uid = models.CharField(max_length=255, blank=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("window")
        verbose_name_plural = _("windows")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="window_ends_after_it_starts"
            ),
            models.UniqueConstraint(fields=["uid"], condition=~Q(uid=""), name="one_window_a_uid"),
        ]
        indexes = [models.Index(fields=["sort", "is_active"], name="window_active")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a rule, exceptions or a zone that cannot be understood."""
        check_rule(self.repeats, start=self.starts_at, time_zone=self.time_zone)
        if self.starts_at is not None:
            check_exceptions(
                self.left_out, self.added, start=self.starts_at, time_zone=self.time_zone
            )
