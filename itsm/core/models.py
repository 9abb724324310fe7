"""What happened, who still has to hear of it, and what is done by the clock."""

from django.conf import settings
from django.db import models
from django.db.models import Func
from django.utils import timezone
from django.utils.translation import gettext_lazy as _l


class TransactionId(Func):
    """The number of the present transaction, 64 bits; rises in the order transactions begin."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()
    arity = 0


class Event(models.Model):
    """One thing that happened: the timeline entry, the audit record and the message, in one row.

    Rows are only ever added; a trigger refuses anything else. ``name`` is past tense and dotted:
    ``incident.resolved``. ``public`` events may be shown to the end users concerned.
    """

    # With the id it orders the events so that a reader never passes over a slow transaction.
    xid = models.BigIntegerField(db_default=TransactionId(), editable=False)
    name = models.CharField(_l("name"), max_length=60)
    subject_type = models.CharField(_l("subject type"), max_length=30)
    subject_id = models.BigIntegerField(_l("subject id"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_l("actor"),
    )
    public = models.BooleanField(_l("public"), default=False)
    data = models.JSONField(_l("data"), default=dict)
    happened_at = models.DateTimeField(_l("happened at"), default=timezone.now)

    class Meta:
        verbose_name = _l("event")
        verbose_name_plural = _l("events")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_timeline"),
            models.Index(fields=["xid", "id"], name="event_cursor"),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class Delivery(models.Model):
    """A subscriber is still owed an event; the row goes when the debt is paid.

    ``attempts`` also fences: who claimed with an older number can no longer write the row.
    ``claimed_by`` is the database session of who is at it, so that a death is seen at once.
    """

    event = models.ForeignKey(Event, models.PROTECT, verbose_name=_l("event"))
    subscriber = models.CharField(_l("subscriber"), max_length=80)
    due_at = models.DateTimeField(_l("due at"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_l("attempts"), default=0)
    claimed_by = models.IntegerField(null=True, editable=False)
    error = models.TextField(_l("error"), blank=True)
    given_up_at = models.DateTimeField(_l("given up at"), null=True, blank=True)

    class Meta:
        verbose_name = _l("delivery")
        verbose_name_plural = _l("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="one_delivery_each")
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="delivery_due",
                condition=models.Q(given_up_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} is owed event {self.event_id}"


class Interest(models.Model):
    """A subscriber's wish, kept as data, to hear of an event: ``incident.opened``, ``alert.*``."""

    subscriber = models.CharField(max_length=80)
    event_name = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_name", "subscriber"], name="one_interest_each")
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} wants {self.event_name}"


class Chore(models.Model):
    """One thing done by the clock: when it is due next, and how it went last time."""

    name = models.CharField(_l("name"), max_length=80, primary_key=True)
    due_at = models.DateTimeField(_l("due at"), default=timezone.now)
    finished_at = models.DateTimeField(_l("finished at"), null=True, blank=True)
    error = models.TextField(_l("error"), blank=True)

    class Meta:
        verbose_name = _l("chore")
        verbose_name_plural = _l("chores")

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """When a part of the running system was last heard from."""

    part = models.CharField(_l("part"), max_length=30, primary_key=True)
    heard_at = models.DateTimeField(_l("heard at"), default=timezone.now)

    class Meta:
        verbose_name = _l("heartbeat")
        verbose_name_plural = _l("heartbeats")

    def __str__(self) -> str:
        return self.part


class KeptAnswer(models.Model):
    """The answer to a request with an idempotency key, written together with its effect."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_a_key")]
        indexes = [models.Index(fields=["created_at"], name="kept_answer_age")]

    def __str__(self) -> str:
        return self.key


class Seal(models.Model):
    """One link of the chain over all events: it proves a batch of them and every seal before it.

    ``marks`` holds, for each event of the batch, its id and the first half of its SHA-256, so that
    a verification can name the row that was tampered with. ``next_id`` and ``next_xid`` say how
    far the following seal may go once every transaction up to the latter has ended.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    last_id = models.BigIntegerField()
    events = models.PositiveIntegerField()
    marks = models.BinaryField()
    digest = models.CharField(max_length=64)
    next_id = models.BigIntegerField()
    next_xid = models.BigIntegerField()
    sealed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Seal {self.number}"
