"""Who may act for whom."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.people.zones import zone_named

EARLIEST, LATEST = date(1970, 1, 1), date(9000, 1, 1)


class Delegate(models.Model):
    """Somebody who reports for a person and sees what that person called, between two days."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="delegates",
        db_index=False,
        verbose_name=_("person"),
    )
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="delegations",
        verbose_name=_("who may act for the person"),
    )
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # The same as instants, by the midnights of where the person is when it is saved.
    holds_from = models.DateTimeField(default=timezone.now, editable=False)
    holds_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ["person", "delegate"]
        constraints = [
            models.UniqueConstraint(fields=["person", "delegate"], name="one_delegation_each"),
            models.CheckConstraint(
                condition=~models.Q(person=models.F("delegate")), name="no_delegate_of_oneself"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="delegation_ends_after_it_starts",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it, with the instants between which it holds."""
        zone = zone_named(self.person.time_zone)
        # Days nobody lives to see would be no instants in every zone.
        self.holds_from = datetime.combine(max(self.starts_on, EARLIEST), time.min, zone)
        self.holds_until = None
        if self.ends_on is not None and self.ends_on < LATEST:
            after = max(self.ends_on, EARLIEST) + timedelta(days=1)
            self.holds_until = datetime.combine(after, time.min, zone)
        if (columns := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*columns, "holds_from", "holds_until"}
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return f"{self.delegate} for {self.person}"
