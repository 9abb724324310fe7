"""Templates that have earned to need no leave, for somebody to confirm."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes.models.template import ChangeTemplate, TemplateVersion


class TemplateProposal(models.Model):
    """The house says that a template has earned it, and shows by what; a person decides."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("Open")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")
        LAPSED = "lapsed", _("Lapsed: a run failed meanwhile")

    template = models.ForeignKey(
        ChangeTemplate, models.CASCADE, db_index=False, related_name="proposals"
    )
    version = models.ForeignKey(TemplateVersion, models.CASCADE, related_name="+")
    # Of the good runs: their ids, so that each can be looked up by who may see it.
    runs = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    comment = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["template"], condition=Q(state="open"), name="one_open_proposal_a_template"
            )
        ]
        indexes = [models.Index(fields=["template", "-id"], name="proposal_of_template")]

    def __str__(self) -> str:
        return f"{self.template}: {self.get_state_display()}"
