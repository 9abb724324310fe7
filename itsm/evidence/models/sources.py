"""The tools that are asked for evidence, and what each is asked."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from itsm.core.crypto import EncryptedTextField
from itsm.core.errors import Invalid
from itsm.core.http import may_call
from itsm.evidence.filling import check
from itsm.evidence.ports import LOGS, readers
from itsm.evidence.shifts import Sort
from itsm.inventory.models import Service

LOG_LINES = "logs"
MEASURES = (
    (Sort.LATENCY.value, _("Latency: how long it takes")),
    (Sort.ERRORS.value, _("Errors: how many fail")),
    (Sort.AVAILABILITY.value, _("Availability: the share that succeeds")),
    (Sort.TRAFFIC.value, _("Traffic: how many ask")),
    (Sort.RESOURCE.value, _("Resources: processor, memory, connections")),
    (Sort.OTHER.value, _("Something else")),
    (LOG_LINES, _("Log lines")),
)


class EvidenceSource(models.Model):
    """A tool that keeps metrics or logs and is asked for those around a moment."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    address = models.CharField(
        _("address"), max_length=500, help_text=_("Such as https://prometheus.example.org.")
    )
    account = models.CharField(
        _("account"),
        max_length=120,
        blank=True,
        help_text=_("Empty: the secret is a token. Else it is the account's password."),
    )
    secret = EncryptedTextField(_("secret"), blank=True)
    second_secret = EncryptedTextField(_("second secret"), blank=True)
    scope = models.CharField(
        _("index or tenant"),
        max_length=200,
        blank=True,
        help_text=_("Elasticsearch: the index, such as logs-*. Loki: the tenant. Splunk: the app."),
    )
    is_active = models.BooleanField(_("is asked"), default=True)
    asked_at = models.DateTimeField(_("asked at"), null=True, editable=False)
    error = models.CharField(_("error"), max_length=250, blank=True, editable=False)

    class Meta:
        verbose_name = _("evidence source")
        verbose_name_plural = _("evidence sources")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse addresses that may not be called."""
        if not may_call(self.address):
            sentence = _("Give an address that begins with https://; others must be allowed first.")
            raise ValidationError({"address": sentence})
        self.address = self.address.rstrip("/")


class EvidenceQuery(models.Model):
    """What a source is asked for one service, or for each in question."""

    source = models.ForeignKey(
        EvidenceSource, models.CASCADE, related_name="queries", verbose_name=_("source")
    )
    name = models.CharField(_("name"), max_length=80)
    measures = models.CharField(_("what it finds"), max_length=12, choices=MEASURES)
    service = models.ForeignKey(
        Service,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="evidence_queries",
        verbose_name=_("only for the service"),
    )
    query = models.TextField(
        _("query"),
        max_length=2000,
        help_text=_('In the tool\'s words; "{service}" stands for the name of the service.'),
    )
    component_label = models.CharField(
        _("label that names the component"),
        max_length=80,
        blank=True,
        help_text=_("Empty: what is found is the service's own."),
    )
    is_active = models.BooleanField(_("is asked"), default=True)

    class Meta:
        ordering = ["source", "name"]
        verbose_name = _("evidence query")
        verbose_name_plural = _("evidence queries")
        constraints = [
            models.UniqueConstraint(fields=["source", "name"], name="one_query_a_name"),
            models.CheckConstraint(
                condition=models.Q(measures__in=[value for value, _words in MEASURES]),
                name="evidence_query_measures_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse placeholders there are not, and logs of a tool that keeps metrics."""
        reader = dict(readers.items()).get(self.source.kind)
        if reader is not None and (reader.reads == LOGS) != (self.measures == LOG_LINES):
            raise ValidationError({"measures": _("This kind of tool does not keep these.")})
        try:
            check(self.query, must_quote=reader is None or reader.quotes)
        except Invalid as refusal:
            raise ValidationError({"query": str(refusal)}) from None
