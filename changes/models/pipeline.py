"""Pipelines: the tools that build and deliver, and what each of them has told us."""

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes.models.change import Change, Environment
from changes.models.template import ChangeTemplate
from itsm.core.crypto import EncryptedTextField
from itsm.inventory.models import Service
from itsm.monitoring.tools import Tool
from itsm.people import tokens


class EvidenceKind(models.TextChoices):
    """What a piece of evidence is about."""

    COMMIT = "commit", _("Commits")
    TESTS = "tests", _("Tests")
    COVERAGE = "coverage", _("Coverage")
    SCAN = "scan", _("Scan")
    PLAN = "plan", _("Plan")
    BUILD = "build", _("Build")
    ARTIFACT = "artifact", _("Artifact")


class Pipeline(Tool):
    """A delivery tool that posts to us, under its own name, secret and rules."""

    secret = EncryptedTextField(
        _("secret for signatures"),
        blank=True,
        help_text=_("What the tool signs its posts with, or sends as its secret token."),
    )
    service = models.ForeignKey(
        Service,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="pipelines",
        verbose_name=_("service"),
    )
    environment = models.CharField(
        _("environment"),
        max_length=12,
        choices=Environment,
        default=Environment.PRODUCTION,
        help_text=_("Where it delivers to when it does not say."),
    )
    template = models.ForeignKey(
        ChangeTemplate,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="pipelines",
        verbose_name=_("template of its changes"),
        help_text=_("Without one its changes must be planned and approved by people."),
    )
    window = models.DurationField(_("how long a change of it may take"), default=timedelta(hours=4))
    opens_on_deployment = models.BooleanField(
        _("a deployment or a plan opens a change"), default=True
    )
    opens_on_merge = models.BooleanField(_("a merge opens a change"), default=False)
    branch = models.CharField(
        _("branch"),
        max_length=200,
        blank=True,
        help_text=_("Into which a merge counts; empty: the repository's default branch."),
    )
    moves_changes = models.BooleanField(
        _("a deployment starts and completes its change"), default=True
    )
    failures_open_incidents = models.BooleanField(
        _("what fails opens an incident"),
        default=False,
        help_text=_("One for each build, test or deployment, until that incident is over."),
    )
    required_evidence = models.JSONField(
        _("evidence the gate asks for"),
        default=list,
        blank=True,
        help_text=_('Some of commit, tests, coverage, scan, plan, build, artifact: ["tests"].'),
    )
    answer_hosts = models.JSONField(
        _("hosts that may be answered"),
        default=list,
        blank=True,
        help_text=_('Where the gate\'s verdict may be sent to, such as ["api.github.com"].'),
    )
    answer_token = EncryptedTextField(
        _("token for answers"),
        blank=True,
        help_text=_("Shown to the tool with the gate's verdict; HCP Terraform gives its own."),
    )
    answer_within = models.DurationField(
        _("how long it waits for the gate"),
        default=timedelta(days=1),
        help_text=_("What is not allowed by then is refused, so that nothing waits for ever."),
    )

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")

    def clean(self) -> None:
        """Refuse lists that are none, and evidence nobody knows."""
        for name in ("required_evidence", "answer_hosts"):
            value = getattr(self, name)
            if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
                raise ValidationError({name: _('Give a list of texts, such as ["tests"].')})
        if unknown := set(self.required_evidence) - set(EvidenceKind.values):
            raise ValidationError(
                {"required_evidence": _("Unknown: %s.") % ", ".join(sorted(unknown))}
            )

    def take_token(self, plain: str) -> Sequence[str]:
        """Go by this token; where nobody gave a secret the tool signs with it: one to copy."""
        is_new = not self.token_hash and not self.secret
        if is_new or tokens.digest(self.secret) == self.token_hash:
            self.secret = plain
        return [*super().take_token(plain), "secret"]


class PipelinePost(models.Model):
    """One post of a pipeline, so that the same one again changes nothing; refused ones whole.

    ``key`` is what makes a post the same: its body, and the id of its delivery where that counts.
    """

    pipeline = models.ForeignKey(
        Pipeline, models.CASCADE, related_name="posts", db_index=False, verbose_name=_("pipeline")
    )
    key = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    answer = models.JSONField(_("answer"), default=dict)
    # Only of what could not be read, and only where no secret can be in it.
    error = models.TextField(_("error"), blank=True)
    path = models.CharField(_("path"), max_length=250, blank=True)
    body = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("pipeline post")
        verbose_name_plural = _("pipeline posts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "key"], name="one_post_a_key"),
        ]
        indexes = [models.Index(fields=["received_at"], name="pipeline_post_age")]

    def __str__(self) -> str:
        return self.error or self.key


class Trace(models.Model):
    """By what name a pipeline speaks of a change: a run, a deployment, a commit."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="+", db_index=False)
    change = models.ForeignKey(Change, models.CASCADE, related_name="traces")
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "key", "change"], name="one_trace_a_change")
        ]

    def __str__(self) -> str:
        return self.key
