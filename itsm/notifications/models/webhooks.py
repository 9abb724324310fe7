"""Programs that are told of events, and what they were told."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.crypto import EncryptedTextField
from itsm.core.models import Event
from itsm.notifications.models.messages import Message
from itsm.people.models import Team
from itsm.tickets.models import Priority


class WebhookEndpoint(models.Model):
    """An address of somebody's program that is told of events, signed with a secret of its own."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    address = models.CharField(_("address"), max_length=500)
    secret = EncryptedTextField(_("secret"))
    events = ArrayField(
        models.CharField(max_length=60),
        default=list,
        blank=True,
        verbose_name=_("events"),
        help_text=_("Such as incident.opened, or incident.* for all of them; commas between."),
    )
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, verbose_name=_("team"), related_name="+"
    )
    least_priority = models.PositiveSmallIntegerField(
        _("from priority"), choices=Priority, default=Priority.PLANNING
    )
    with_confidential = models.BooleanField(_("also told of what is confidential"), default=False)
    is_active = models.BooleanField(_("is in use"), default=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def lane(self) -> str:
        """The lane of what is posted there."""
        return f"hook-{self.pk}"


class WebhookCall(models.Model):
    """One thing to be posted to a webhook; the row is the queue, and says how it went."""

    endpoint = models.ForeignKey(
        WebhookEndpoint,
        models.CASCADE,
        db_index=False,
        related_name="calls",
        verbose_name=_("endpoint"),
    )
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("event")
    )
    # Empty for what the endpoint listens for by itself.
    asked_by = models.CharField(_("asked for by"), max_length=130, blank=True)
    name = models.CharField(_("what happened"), max_length=60)
    body = models.TextField(_("body"))
    status = models.CharField(
        _("status"), max_length=8, choices=Message.Status, default=Message.Status.QUEUED
    )
    response_code = models.PositiveSmallIntegerField(_("answer"), null=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("webhook call")
        verbose_name_plural = _("webhook calls")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "endpoint"], condition=Q(asked_by=""), name="posted_once_each"
            )
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at", "id"],
                name="webhook_call_due",
                condition=Q(status="queued"),
            ),
            models.Index(fields=["created_at"], name="webhook_call_age"),
        ]

    def __str__(self) -> str:
        return f"{self.name} to {self.endpoint}"

    @property
    def identity(self) -> str:
        """The name of the call, the same however often it is sent."""
        return f"msg_{self.pk}"
