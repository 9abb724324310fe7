"""Runbooks: what a script can do, written down so that no human has to, and no harm is done."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.automation.definition import Definition, parse_definition
from itsm.core.crypto import EncryptedTextField
from itsm.people.models import Team


class Runbook(models.Model):
    """Something that can be done again and again; what it does stands in its versions."""

    class Policy(models.TextChoices):
        """Who decides that a run a rule proposed is begun."""

        SUGGEST = "suggest", _("A person, each time")
        AUTO_NONPROD = "auto_nonprod", _("By itself, outside production")
        AUTO = "auto", _("By itself, everywhere")

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("what it is for"), blank=True, max_length=5000)
    owner_team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="runbooks"
    )
    policy = models.CharField(
        _("who decides"), max_length=12, choices=Policy, default=Policy.SUGGEST
    )
    needs_approval = models.BooleanField(_("a second person gives leave"), default=False)
    # What only looks needs no change and no lock of what it looks at.
    is_mutating = models.BooleanField(_("alters something"), default=True)
    cooldown = models.DurationField(_("rest between runs"), default=timedelta(minutes=10))
    is_active = models.BooleanField(_("may run"), default=True)
    # Another with every change, also of what stands in no version.
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class RunbookVersion(models.Model):
    """What a runbook says, for ever: runs refer to it, and a trigger refuses to alter it."""

    runbook = models.ForeignKey(Runbook, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    document = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["runbook", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["runbook", "number"], name="one_runbook_version_a_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.runbook} v{self.number}"

    @property
    def definition(self) -> Definition:
        """What it says."""
        return parse_definition(self.document)


class RunbookSecret(models.Model):
    """A secret that steps of a runbook are handed; written, replaced and removed, never read."""

    runbook = models.ForeignKey(Runbook, models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=60)
    value = EncryptedTextField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["runbook", "name"], name="one_runbook_secret_a_name")
        ]

    def __str__(self) -> str:
        return self.name
