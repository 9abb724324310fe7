"""What people are told, by which way, and how that went."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.crypto import EncryptedTextField
from itsm.core.models import Event
from itsm.notifications.topics import Why
from itsm.people.models import Team
from itsm.tickets.models import Priority, Ticket


class Endpoint(models.Model):
    """A room of a chat that is told of the work of one team, or of everybody's.

    Its address is a secret: whoever has it can write into the room.
    """

    class Word(models.TextChoices):
        """What a room can be told of, by the last part of the event's name."""

        OPENED = "opened", _("Opened")
        ASSIGNED = "assigned", _("Assigned")
        RAISED = "raised", _("Priority raised")
        COMMENTED = "commented", _("Replied to")
        PAUSED = "paused", _("Put on hold")
        RESOLVED = "resolved", _("Resolved")
        REOPENED = "reopened", _("Reopened")
        CLOSED = "closed", _("Closed")
        CANCELED = "canceled", _("Canceled")
        APPROVAL_ASKED = "approval_asked", _("Waits for approval")

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("chat"), max_length=20)
    address = EncryptedTextField(_("webhook address"))
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, verbose_name=_("team"), related_name="+"
    )
    words = ArrayField(
        models.CharField(max_length=20, choices=Word),
        default=list,
        verbose_name=_("told of"),
    )
    least_priority = models.PositiveSmallIntegerField(
        _("from priority"), choices=Priority, default=Priority.MODERATE
    )
    is_active = models.BooleanField(_("is in use"), default=True)

    class Meta:
        verbose_name = _("chat room")
        verbose_name_plural = _("chat rooms")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def lane(self) -> str:
        """The lane of what is told here."""
        return f"room-{self.pk}"


class ChatApp(models.Model):
    """An app in a chat whose buttons are heard, and who of its members is who here."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(
        _("address"), max_length=60, unique=True, help_text=_("The chat posts to /hooks/<address>/")
    )
    signing_secret = EncryptedTextField(_("signing secret"))
    members = models.JSONField(
        _("members"),
        default=dict,
        blank=True,
        help_text=_('User names by the ids of the chat: {"U012AB3CD": "alice"}.'),
    )
    is_active = models.BooleanField(_("is heard"), default=True)

    class Meta:
        verbose_name = _("chat app")
        verbose_name_plural = _("chat apps")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ChatReply(models.Model):
    """What somebody is told who pressed a button; gone once it is sent."""

    app = models.ForeignKey(ChatApp, models.CASCADE, related_name="+")
    # Whoever has it can write into the room.
    address = EncryptedTextField()
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.text


class Message(models.Model):
    """One event meant for one person by one channel; the row says why, and how it went.

    What is queued waits in its ``lane`` until ``due_at``. What was ``gathered`` goes out together
    with what else is due to its recipient, in the letter that ``bundle`` names; the name is kept
    before the letter is sent, so that a repeated one is the same one.
    """

    class Status(models.TextChoices):
        """How far the telling has come."""

        QUEUED = "queued", _("Waiting")
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("Not sent")
        FAILED = "failed", _("Failed")

    class Because(models.TextChoices):
        """Why somebody was not told."""

        ACTOR = "actor", _("Did it themselves")
        UNSEEN = "unseen", _("May not see it")
        INACTIVE = "inactive", _("May not sign in")
        PREFERENCE = "preference", _("Chose not to be told")
        CONFIDENTIAL = "confidential", _("Confidential: not for rooms")
        NO_ADDRESS = "no_address", _("Has no address")
        ANSWERED = "answered", _("Is asked no more")

    event = models.ForeignKey(
        Event, models.PROTECT, related_name="messages", verbose_name=_("event")
    )
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, related_name="messages", verbose_name=_("ticket")
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="messages",
        verbose_name=_("recipient"),
    )
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, null=True, related_name="messages", verbose_name=_("endpoint")
    )
    channel = models.CharField(_("channel"), max_length=20)
    topic = models.CharField(_("sort of news"), max_length=12)
    why = models.CharField(_("why this person"), max_length=12, choices=Why)
    subject = models.CharField(_("subject"), max_length=300)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.QUEUED)
    because = models.CharField(_("why not"), max_length=12, choices=Because, blank=True)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    lane = models.CharField(max_length=20, blank=True, editable=False)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    gathered = models.BooleanField(_("with others"), default=False)
    bundle = models.BigIntegerField(_("letter"), null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "recipient", "channel"], name="told_once_each_way"
            ),
            models.UniqueConstraint(fields=["event", "endpoint"], name="told_once_each_room"),
            models.CheckConstraint(
                condition=Q(recipient__isnull=True, endpoint__isnull=False)
                | Q(recipient__isnull=False, endpoint__isnull=True),
                name="to_a_person_or_a_room",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "due_at", "id"],
                name="message_due",
                condition=Q(status="queued"),
            ),
            # As small as can be: only the chore that forgets what is old asks for it.
            BrinIndex(fields=["created_at"], name="message_age"),
            models.Index(
                fields=["bundle"], name="message_bundle", condition=Q(bundle__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.recipient or self.endpoint}: {self.subject}"


class InboxEntry(models.Model):
    """A record in a person's inbox, with the newest that happened to it.

    ``unread`` says how many things happened since it was last read, and stays when it is read, so
    that reading can be undone. News of one's account have no ticket and an entry each.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="inbox", db_index=False
    )
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="+")
    latest = models.ForeignKey(Message, models.CASCADE, related_name="+")
    unread = models.PositiveIntegerField(default=1)
    is_read = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "ticket"], name="one_entry_a_record"),
            models.CheckConstraint(
                condition=Q(is_read=Q(read_at__isnull=False)), name="read_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["user", "is_read", "-latest"], name="inbox_order")]

    def __str__(self) -> str:
        return f"{self.ticket_id} in the inbox of {self.user_id}"


class Preference(models.Model):
    """What somebody chose otherwise than the topic has it by default."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    topic = models.CharField(max_length=12)
    channel = models.CharField(max_length=20)
    is_wanted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "topic", "channel"], name="one_choice_each")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.topic} by {self.channel}"


class Rhythm(models.Model):
    """When somebody wants to be told outside the product, in his own time zone."""

    class Digest(models.TextChoices):
        """How often what came is put together."""

        OFF = "off", _("At once, each by itself")
        HOURLY = "hourly", _("Every hour, in one letter")
        DAILY = "daily", _("Once a day, in one letter")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    digest = models.CharField(max_length=6, choices=Digest, default=Digest.OFF)
    digest_hour = models.PositiveSmallIntegerField(default=8, validators=[MaxValueValidator(23)])
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    lets_critical = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_from_and_until",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.digest}"


class Lane(models.Model):
    """A way out with one target: what goes there goes in order, and waits while it is down."""

    name = models.CharField(_("name"), max_length=20, unique=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    retry_at = models.DateTimeField(_("not before"), null=True)
    error = models.CharField(_("what was wrong"), max_length=300, blank=True)
    worked_at = models.DateTimeField(_("last worked"), null=True)

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")

    def __str__(self) -> str:
        return self.name


class MessageTemplate(models.Model):
    """The words of one sort of news by one channel, in one language, instead of our own.

    They hold placeholders of a closed set; no engine reads them.
    """

    topic = models.CharField(_("sort of news"), max_length=12)
    channel = models.CharField(_("channel"), max_length=20)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("words"), max_length=4000)

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        ordering = ["topic", "channel", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "channel", "language"],
                name="one_template_each",
                violation_error_message=_("There is a template for this already: change that one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic}, {self.channel}, {self.language}"
