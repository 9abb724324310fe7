"""Templates: changes done so often and so well that they need no leave each time."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.inventory.models import Service
from itsm.people.models import Team


class ChangeTemplate(models.Model):
    """A sort of change; what it says stands in its versions."""

    class Standing(models.TextChoices):
        """Whether changes may be made from it."""

        PROPOSED = "proposed", _("Proposed")
        ACTIVE = "active", _("Active")
        DEMOTED = "demoted", _("Demoted after a failure")
        RETIRED = "retired", _("Retired")

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    owner_team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="change_templates",
        verbose_name=_("owner team"),
    )
    standing = models.CharField(
        _("standing"), max_length=10, choices=Standing, default=Standing.PROPOSED
    )
    is_freeze_exempt = models.BooleanField(
        _("a freeze can be lifted for it by the emergency board"), default=False
    )
    good_runs_wanted = models.PositiveSmallIntegerField(
        _("good runs in a row that earn it"),
        default=5,
        help_text=_("So many successes without an incident, and it is proposed. 0: never."),
    )
    demoted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("change template")
        verbose_name_plural = _("change templates")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """What a template says, for ever: changes made from it refer to it."""

    template = models.ForeignKey(ChangeTemplate, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    category = models.CharField(_("category"), max_length=8, default="config")
    title = models.CharField(_("title"), max_length=250)
    description = models.TextField(_("description"), blank=True)
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service")
    )
    implementation_plan = models.TextField(_("implementation plan"), blank=True)
    test_plan = models.TextField(_("test plan"), blank=True)
    backout_plan = models.TextField(_("backout plan"), blank=True)
    backout_tested = models.BooleanField(_("backout tested"), default=False)
    irreversible = models.BooleanField(_("irreversible"), default=False)
    outage_expected = models.BooleanField(_("outage expected"), default=False)
    # What whoever makes a change from it may fill in otherwise.
    editable = models.JSONField(default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        ordering = ["template", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="one_version_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"
