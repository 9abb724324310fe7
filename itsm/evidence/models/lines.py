"""Log lines that tools post to us, kept for a day as evidence; this is no store of logs."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.evidence.patterns import INFO
from itsm.monitoring.tools import Tool


class LogSource(Tool):
    """A tool that posts log lines to us, under its own name, address and token."""

    most_lines = models.PositiveIntegerField(
        _("lines kept of it"),
        default=200_000,
        help_text=_("The oldest go first; after a day all of them go."),
    )

    class Meta:
        verbose_name = _("log source")
        verbose_name_plural = _("log sources")


class LogLine(models.Model):
    """One line as it was said."""

    source = models.ForeignKey(
        LogSource, models.CASCADE, db_index=False, related_name="lines", verbose_name=_("source")
    )
    at = models.DateTimeField()
    level = models.PositiveSmallIntegerField(default=INFO)
    host = models.CharField(_("host"), max_length=200, blank=True)
    program = models.CharField(_("program"), max_length=120, blank=True)
    service = models.CharField(_("service"), max_length=120, blank=True)
    text = models.CharField(_("text"), max_length=2000)
    # By our own clock, by which it is forgotten again; ``at`` is by whoever said it.
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("log line")
        verbose_name_plural = _("log lines")
        indexes = [
            models.Index(fields=["at", "id"], name="log_line_at"),
            models.Index(fields=["source", "-id"], name="log_line_of_source"),
            models.Index(fields=["received_at"], name="log_line_age"),
        ]

    def __str__(self) -> str:
        return self.text[:80]
