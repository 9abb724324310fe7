"""How the cause of a problem was looked for: rows of one of five methods."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from problems.models.problem import Problem


class Method(models.TextChoices):
    """A way to look for a cause."""

    WHYS = "whys", _("Five whys")
    TIMELINE = "timeline", _("Timeline")
    ISHIKAWA = "ishikawa", _("Possible causes (Ishikawa)")
    COMPARISON = "comparison", _("Change analysis")
    FAULT_TREE = "fault_tree", _("Fault tree")


class Category(models.TextChoices):
    """A bone of the fish."""

    PEOPLE = "people", _("People")
    PROCESS = "process", _("Process")
    TECHNOLOGY = "technology", _("Technology")
    DATA = "data", _("Data")
    SUPPLIER = "supplier", _("Supplier")
    ENVIRONMENT = "environment", _("Environment")


class Standing(models.TextChoices):
    """What is thought of a row by now."""

    OPEN = "open", _("Not judged yet")
    RULED_OUT = "ruled_out", _("Ruled out")
    CONTRIBUTES = "contributes", _("Contributes")
    CAUSE = "cause", _("It is the cause")


class Gate(models.TextChoices):
    """How many of the rows below a row of a fault tree it takes."""

    ANY = "any", _("any of those below")
    ALL = "all", _("all of those below")


class Finding(models.Model):
    """One row of an analysis: a because, a moment, a possible cause, a difference or a fault."""

    problem = models.ForeignKey(Problem, models.CASCADE, db_index=False, related_name="findings")
    method = models.CharField(max_length=12, choices=Method)
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=500)
    text = models.TextField(blank=True, max_length=5_000)
    other = models.TextField(blank=True, max_length=5_000)
    category = models.CharField(max_length=12, choices=Category, blank=True)
    standing = models.CharField(max_length=12, choices=Standing, default=Standing.OPEN)
    happened_at = models.DateTimeField(null=True)
    # Of a fault tree: how deep it stands below what happened, and what it takes of those below it.
    depth = models.PositiveSmallIntegerField(default=1)
    gate = models.CharField(max_length=3, choices=Gate, default=Gate.ANY)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["problem", "method", "position"], name="one_finding_a_place"
            )
        ]

    def __str__(self) -> str:
        return self.label
