"""Macros: several things agents do to a record with one press."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.people.models import Team


class Macro(models.Model):
    """A named list of steps that an agent has done to a record, in his own name."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("what it is for"), max_length=250, blank=True)
    position = models.PositiveIntegerField(_("order"), default=100)
    kinds = ArrayField(
        models.CharField(max_length=16), default=list, blank=True, verbose_name=_("for kinds")
    )
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("for team")
    )
    steps = models.JSONField(_("steps"), default=list)
    is_on = models.BooleanField(_("is offered"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["position", "id"], name="macro_order")]

    def __str__(self) -> str:
        return self.name
