"""Rules: what is done by itself when something happens or time passes, and what came of it."""

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.models import Event
from itsm.tickets.models import Ticket


class Rule(models.Model):
    """When something happens or time passes, and the conditions hold, then the steps are done.

    Conditions and steps are data, see ``conditions`` and ``core.verbs``: nothing that a user
    writes here is ever run.
    """

    class Mode(models.TextChoices):
        """Whether the rule acts."""

        OFF = "off", _("Off")
        REHEARSE = "rehearse", _("Rehearse: say what it would do")
        ON = "on", _("On")

    class Trigger(models.TextChoices):
        """What makes the rule look."""

        EVENT = "event", _("Something happens")
        TIME = "time", _("Time passes")

    class Once(models.TextChoices):
        """How often the rule may act."""

        EVENT = "event", _("At every event")
        RECORD = "record", _("Once for each record")
        KEY = "key", _("Once for each value of a key")

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("what it is for"), blank=True, max_length=2000)
    position = models.PositiveIntegerField(_("order"), default=100)
    mode = models.CharField(_("mode"), max_length=8, choices=Mode, default=Mode.OFF)
    trigger = models.CharField(_("when"), max_length=5, choices=Trigger, default=Trigger.EVENT)
    events = ArrayField(
        models.CharField(max_length=60), default=list, blank=True, verbose_name=_("events")
    )
    # For time: which open records are looked at, and how often.
    kind = models.CharField(_("kind of record"), max_length=16, blank=True)
    every_minutes = models.PositiveIntegerField(
        _("every so many minutes"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(1440)],
    )
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    steps = models.JSONField(_("steps"), default=list)
    once = models.CharField(_("how often"), max_length=6, choices=Once, default=Once.EVENT)
    once_key = models.CharField(_("key"), max_length=200, blank=True)
    once_minutes = models.PositiveIntegerField(
        _("again after so many minutes"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    stops = models.BooleanField(_("ends the list: no later rule acts"), default=False)
    most_an_hour = models.PositiveIntegerField(
        _("at most so often an hour"), default=200, validators=[MinValueValidator(1)]
    )
    saves_minutes = models.PositiveIntegerField(
        _("minutes of work it saves each time, as an estimate"), default=0
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("acts as"),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    looked_at = models.DateTimeField(null=True, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(trigger="event") | ~Q(kind=""), name="timed_rule_has_a_kind"
            )
        ]
        indexes = [models.Index(fields=["position", "id"], name="rule_order")]

    def __str__(self) -> str:
        return self.name


class RuleBook(models.Model):
    """One row, whose version is another with every change of a rule; then all is read anew."""

    version = models.UUIDField(default=uuid4)

    def __str__(self) -> str:
        return f"version {self.version}"


class Guard(models.Model):
    """When a rule last acted for a record or key; only one can take it."""

    rule = models.ForeignKey(Rule, models.CASCADE, db_index=False, related_name="guards")
    key = models.CharField(max_length=250)
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "key"], name="one_guard_a_key")]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.key}"


class Evaluation(models.Model):
    """What every rule that listens said to one event; written with what they did.

    ``verdicts`` holds for each rule ``[rule id, its version, outcome, place, seen]``: for what was
    not met the place of the first such condition and the value that was seen.
    """

    event = models.OneToOneField(Event, models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, db_index=False, related_name="+")
    happened_at = models.DateTimeField(default=timezone.now)
    verdicts = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["ticket", "-id"], name="evaluation_of_ticket"),
            models.Index(fields=["happened_at"], name="evaluation_age"),
        ]

    def __str__(self) -> str:
        return f"verdicts on event {self.event_id}"


class Outcome(models.TextChoices):
    """What became of a rule whose conditions held, or why they did not."""

    ACTED = "acted", _("Acted")
    REHEARSED = "rehearsed", _("Would have acted")
    FAILED = "failed", _("Failed")
    HELD = "held", _("Held back: it has acted already")
    LIMITED = "limited", _("Held back: too often in an hour")
    CUT = "cut", _("Cut: it would go round in a circle")
    STOPPED = "stopped", _("An earlier rule ended the list")
    UNMET = "unmet", _("A condition did not hold")


class Firing(models.Model):
    """A rule whose conditions held, and what became of it; ``steps`` says what was done."""

    rule = models.ForeignKey(
        Rule, models.CASCADE, db_index=False, related_name="firings", verbose_name=_("rule")
    )
    rule_version = models.PositiveIntegerField(_("rule version"), default=1)
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("event")
    )
    ticket = models.ForeignKey(
        Ticket,
        models.CASCADE,
        null=True,
        db_index=False,
        related_name="rule_firings",
        verbose_name=_("ticket"),
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    steps = models.JSONField(default=list)
    saved_minutes = models.PositiveIntegerField(_("saved minutes"), default=0)
    happened_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("firing")
        verbose_name_plural = _("firings")
        constraints = [
            models.UniqueConstraint(fields=["event", "rule"], name="one_firing_an_event")
        ]
        indexes = [
            models.Index(fields=["rule", "-id"], name="firing_of_rule"),
            models.Index(fields=["rule", "happened_at"], name="firing_pace"),
            models.Index(fields=["ticket", "-id"], name="firing_of_ticket"),
            models.Index(fields=["happened_at"], name="firing_age"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.get_outcome_display()}"
