"""Who reports to us, what is wrong according to them, and what could not be taken in."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.crypto import EncryptedTextField
from itsm.inventory.models import ConfigurationItem, Service
from itsm.monitoring.lifecycle import ACTIVE
from itsm.monitoring.severities import CHOICES, CRITICAL, SEVERITIES, WARNING
from itsm.monitoring.tools import Tool
from itsm.tickets.models import Ticket


class MonitoringSource(Tool):
    """A monitoring tool that posts to us, under its own name, secret and rules."""

    hmac_secret = EncryptedTextField(
        _("secret for signatures"),
        blank=True,
        help_text=_("For tools that sign what they send, such as Grafana."),
    )
    mapping = models.JSONField(_("mapping"), default=dict, blank=True)
    severity_map = models.JSONField(
        _("severities"),
        default=dict,
        blank=True,
        help_text=_('The tool\'s words and ours, such as {"sev-a": "critical"}.'),
    )
    recovery_hold = models.DurationField(
        _("wait before an alert counts as cleared"), default=timedelta(0)
    )
    reopen_window = models.DurationField(
        _("an alert that returns within this is the same one"), default=timedelta(minutes=15)
    )
    stale_after = models.DurationField(
        _("an alert not heard of for this long has expired"), null=True, blank=True
    )
    quiet_resolve_after = models.DurationField(
        _("an alert not repeated for this long has cleared"),
        null=True,
        blank=True,
        help_text=_("For tools that never say that it is over, such as Splunk."),
    )
    resolve_incidents = models.BooleanField(
        _("resolve the incident when its last alert clears"), default=True
    )
    discovers = models.BooleanField(_("register unknown services and components"), default=True)

    class Meta:
        verbose_name = _("monitoring source")
        verbose_name_plural = _("monitoring sources")

    def clean(self) -> None:
        """Refuse words for severities there are not."""
        table = self.severity_map
        if not isinstance(table, dict) or any(each not in SEVERITIES for each in table.values()):
            words = ", ".join(SEVERITIES)
            sentence = _("Translate each word to one of: %(words)s.") % {"words": words}
            raise ValidationError({"severity_map": sentence})


class Status(models.TextChoices):
    """How an alert stands now."""

    FIRING = "firing", _("Firing")
    ACKED = "acked", _("Acknowledged")
    SUPPRESSED = "suppressed", _("Suppressed")
    FLAPPING = "flapping", _("Flapping")
    RECOVERING = "recovering", _("Recovering")
    RESOLVED = "resolved", _("Resolved")
    EXPIRED = "expired", _("Expired: no word of it any more")


class Silence(models.Model):
    """A span of time in which some alerts open no incident: asked for, or of a change in work."""

    reason = models.CharField(_("reason"), max_length=250)
    matchers = models.JSONField(
        _("matchers"),
        default=list,
        blank=True,
        help_text=_("Such as alertname=DiskFull; =, !=, ^= begins with, *= has in it."),
    )
    services = models.ManyToManyField(
        Service, blank=True, related_name="silences", verbose_name=_("services")
    )
    configuration_items = models.ManyToManyField(
        ConfigurationItem,
        blank=True,
        related_name="silences",
        verbose_name=_("configuration items"),
    )
    environment = models.CharField(_("environment"), max_length=40, blank=True)
    most_severity = models.CharField(
        _("up to this severity"), max_length=10, choices=CHOICES, default=CRITICAL
    )
    starts_at = models.DateTimeField(_("starts"), default=timezone.now)
    ends_at = models.DateTimeField(_("ends"))
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)
    # The change in whose work it was opened, and with which it ends.
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, related_name="silences", verbose_name=_("ticket")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("author"),
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="silence_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(ended_at__isnull=True, ticket__isnull=False),
                name="one_open_silence_a_ticket",
            ),
        ]
        indexes = [
            models.Index(fields=["-starts_at", "-id"], name="silence_newest"),
            models.Index(
                fields=["ends_at"], name="silence_open", condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.reason

    def stands(self, now: datetime) -> str:
        """Whether it is to come, on, or over."""
        if self.ended_at is not None or self.ends_at <= now:
            return "over"
        return "on" if self.starts_at <= now else "coming"


class Alert(models.Model):
    """One condition one source watches, as it stands now.

    ``heard_firing_at`` and ``heard_clear_at`` are the latest words of the tool, by its own clock,
    that it fires and that it is over; whichever is later holds, in whatever order they arrive.
    """

    source = models.ForeignKey(
        MonitoringSource, models.CASCADE, db_index=False, verbose_name=_("source")
    )
    fingerprint = models.CharField(_("fingerprint"), max_length=128)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.FIRING)
    severity = models.CharField(_("severity"), max_length=10, choices=CHOICES, default=WARNING)
    title = models.CharField(_("title"), max_length=250)
    description = models.TextField(_("description"), blank=True)
    service = models.ForeignKey(
        Service, models.SET_NULL, null=True, related_name="alerts", verbose_name=_("service")
    )
    configuration_item = models.ForeignKey(
        ConfigurationItem,
        models.SET_NULL,
        null=True,
        related_name="alerts",
        verbose_name=_("configuration item"),
    )
    incident = models.ForeignKey(
        Ticket, models.SET_NULL, null=True, related_name="alerts", verbose_name=_("incident")
    )
    labels = models.JSONField(_("labels"), default=dict)
    links = models.JSONField(_("links"), default=dict)
    group_key = models.CharField(_("group key"), max_length=250, blank=True)
    count = models.PositiveIntegerField(_("count"), default=1)
    occurrence = models.PositiveIntegerField(_("occurrence"), default=1)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True)
    last_seen_at = models.DateTimeField(_("last seen at"))
    heard_firing_at = models.DateTimeField(_("last told that it fires"), null=True)
    heard_clear_at = models.DateTimeField(_("last told that it is over"), null=True)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)
    transitions = models.JSONField(_("transitions"), default=list)
    content_hash = models.CharField(_("content hash"), max_length=32)
    acked_at = models.DateTimeField(_("acknowledged at"), null=True)
    acked_by = models.CharField(_("acknowledged by"), max_length=120, blank=True)
    # What holds it back while it is suppressed, or did so last.
    silence = models.ForeignKey(
        Silence,
        models.SET_NULL,
        null=True,
        db_index=False,
        related_name="alerts",
        verbose_name=_("silence"),
    )

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(fields=["source", "fingerprint"], name="one_alert_each")
        ]
        # None of them holds what a repeat changes, so that repeats need not touch any index.
        indexes = [
            models.Index(fields=["status", "-starts_at", "-id"], name="alert_list"),
            models.Index(fields=["-starts_at", "-id"], name="alert_newest"),
            models.Index(
                fields=["silence", "-starts_at", "-id"],
                name="alert_of_silence",
                condition=Q(silence__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_active(self) -> bool:
        """Whether the condition has not ended as far as we know."""
        return self.status in ACTIVE


class DeadLetter(models.Model):
    """A post that could not be read, kept so that it can be looked at and tried again."""

    source = models.ForeignKey(
        MonitoringSource, models.CASCADE, related_name="dead_letters", verbose_name=_("source")
    )
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    body = models.BinaryField()
    size = models.PositiveIntegerField(_("size"))
    content_type = models.CharField(_("content type"), max_length=200, blank=True)
    headers = models.JSONField(_("headers"), default=dict)
    error = models.TextField(_("error"))
    path = models.CharField(_("path"), max_length=250, blank=True)
    replayed_at = models.DateTimeField(_("replayed at"), null=True)

    class Meta:
        verbose_name = _("dead letter")
        verbose_name_plural = _("dead letters")
        ordering = ["-id"]
        indexes = [models.Index(fields=["received_at"], name="dead_letter_age")]

    def __str__(self) -> str:
        return self.error

    def is_whole(self) -> bool:
        """Whether the body was short enough to be kept in full."""
        return len(self.body) == self.size


class ParkedPost(models.Model):
    """Accepted signals that could not get their locks in time; the sweep takes them in."""

    source = models.ForeignKey(
        MonitoringSource, models.CASCADE, related_name="+", verbose_name=_("source")
    )
    signals = models.JSONField(_("signals"))
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # None once it was given up; a person has to look at the error then.
    due_at = models.DateTimeField(_("due at"), default=timezone.now, null=True, db_index=True)

    class Meta:
        verbose_name = _("parked post")
        verbose_name_plural = _("parked posts")

    def __str__(self) -> str:
        return f"{self.source} {self.received_at}"
