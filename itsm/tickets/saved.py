"""How people keep queues: views with a name, where they are pinned, and how each likes a list."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.people.models import Team


class Audience(models.TextChoices):
    """Who finds a saved view."""

    ME = "me", _("Only me")
    TEAM = "team", _("A team")
    EVERYONE = "everyone", _("Everybody")


class SavedView(models.Model):
    """A queue as somebody narrowed and ordered it, under a name; ``query`` is its address."""

    kind = models.CharField(max_length=16)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    audience = models.CharField(
        _("who finds it"), max_length=8, choices=Audience, default=Audience.ME
    )
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="team", team__isnull=False)
                | (~Q(audience="team") & Q(team__isnull=True)),
                name="view_of_a_team_names_it",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """What stands behind the question mark, with the view itself named."""
        return f"{self.query}&view={self.pk}" if self.query else f"phase=open&view={self.pk}"


class ViewPin(models.Model):
    """A view in somebody's navigation."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="view_pins")
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="pins")
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "view"], name="one_pin_a_view")]

    def __str__(self) -> str:
        return f"{self.view} of {self.user}"


class Density(models.TextChoices):
    """How close rows stand."""

    COMFORTABLE = "comfortable", _("Comfortable")
    COMPACT = "compact", _("Compact")


class QueueLook(models.Model):
    """How one person likes the queue of a kind: its columns, its density, what opens first."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="queue_looks")
    kind = models.CharField(max_length=16)
    columns = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    density = models.CharField(max_length=12, choices=Density, default=Density.COMFORTABLE)
    has_detail = models.BooleanField(default=True)
    opens_with = models.ForeignKey(
        SavedView, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_look_a_queue")]

    def __str__(self) -> str:
        return f"{self.kind} as {self.user} likes it"
