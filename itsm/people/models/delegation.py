"""Who may act for whom."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


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

    class Meta:
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

    def __str__(self) -> str:
        return f"{self.delegate} for {self.person}"
