"""Pipelines that wait for the gate, and what they were answered."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes.models.change import Change
from changes.models.pipeline import Pipeline
from itsm.core.crypto import EncryptedTextField


class GateCall(models.Model):
    """A pipeline that waits for the gate's verdict, which is sent to the address it gave."""

    class Answer(models.TextChoices):
        """What the pipeline was told, or is to be told."""

        WAITING = "waiting", _("Waits")
        APPROVED = "approved", _("May go on")
        REJECTED = "rejected", _("Must stop")

    pipeline = models.ForeignKey(
        Pipeline, models.PROTECT, related_name="gate_calls", verbose_name=_("pipeline")
    )
    change = models.ForeignKey(
        Change, models.CASCADE, related_name="gate_calls", verbose_name=_("change")
    )
    sort = models.CharField(max_length=40)
    answer_url = models.CharField(_("answer URL"), max_length=1000)
    # The tool's own token for this one answer; taken away once it was sent.
    token = EncryptedTextField(blank=True, editable=False)
    facts = models.JSONField(default=dict)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, default=Answer.WAITING)
    why = models.CharField(_("why"), max_length=500, blank=True)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    due_at = models.DateTimeField(_("due at"))
    plan_read_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    reminded_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("gate call")
        verbose_name_plural = _("gate calls")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "answer_url"], name="one_call_an_address")
        ]
        indexes = [
            models.Index(fields=["due_at"], name="gate_call_waiting", condition=Q(answer="waiting"))
        ]

    def __str__(self) -> str:
        return self.answer_url
