"""What every ticket has, whatever its kind."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import GeneratedField, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.models import Event
from itsm.inventory.models import ConfigurationItem, Service
from itsm.people.models import Team
from itsm.tickets import saved  # noqa: F401 where Django finds the rest of the models
from itsm.tickets.permissions import TicketQuerySet


class Phase(models.TextChoices):
    """Where a ticket stands, in words that hold for every kind."""

    NEW = "new", _("New")
    ACTIVE = "active", _("In progress")
    WAITING = "waiting", _("Waiting")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


OPEN_PHASES = (Phase.NEW, Phase.ACTIVE, Phase.WAITING)


class Level(models.IntegerChoices):
    """How much, of impact or of urgency."""

    HIGH = 1, _("High")
    MEDIUM = 2, _("Medium")
    LOW = 3, _("Low")


class Priority(models.IntegerChoices):
    """How soon, computed from impact and urgency."""

    CRITICAL = 1, _("Critical")
    HIGH = 2, _("High")
    MODERATE = 3, _("Moderate")
    LOW = 4, _("Low")
    PLANNING = 5, _("Planning")


class Channel(models.TextChoices):
    """How a ticket came to us."""

    PORTAL = "portal", _("Portal")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    CHAT = "chat", _("Chat")
    API = "api", _("API")
    MONITORING = "monitoring", _("Monitoring")
    SELF_DETECTED = "self_detected", _("Noticed by staff")


class Ticket(models.Model):
    """The row shared by all kinds: boards, clocks, search and links need no other."""

    number = models.CharField(max_length=20, unique=True, editable=False)
    kind = models.CharField(max_length=16, editable=False)
    state = models.CharField(max_length=20, editable=False)
    phase = models.CharField(max_length=10, choices=Phase, editable=False)
    title = models.CharField(_("title"), max_length=250)
    description = models.TextField(_("description"), blank=True, max_length=100_000)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Level, default=Level.MEDIUM)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Level, default=Level.MEDIUM)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, editable=False)
    priority_reason = models.CharField(
        _("why the priority was set by hand"), max_length=250, blank=True, editable=False
    )
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, db_index=False, related_name="tickets"
    )
    configuration_items = models.ManyToManyField(
        ConfigurationItem, blank=True, related_name="tickets"
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, db_index=False, related_name="tickets"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="assigned",
    )
    assigned_at = models.DateTimeField(null=True, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        db_index=False,
        related_name="opened",
    )
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="called",
    )
    source = models.CharField(
        _("source"), max_length=16, choices=Channel, default=Channel.SELF_DETECTED
    )
    opened_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    confidential = models.BooleanField(_("confidential"), default=False)
    correlation_key = models.CharField(max_length=200, blank=True, editable=False)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children"
    )
    # Number and title weigh more than the description; 'simple' keeps words of every language.
    search = GeneratedField(
        expression=SearchVector("title", weight="A", config="simple")
        + SearchVector("description", weight="C", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects: ClassVar[TicketQuerySet] = TicketQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(phase__in=Phase.values), name="phase_known"),
            models.CheckConstraint(
                condition=Q(impact__in=Level.values, urgency__in=Level.values), name="levels_known"
            ),
            models.CheckConstraint(
                condition=Q(priority__in=Priority.values), name="priority_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind="incident")
                | Q(state__in=["new", "in_progress", "on_hold", "resolved", "closed", "canceled"]),
                name="incident_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind="change")
                | Q(
                    state__in=[
                        *("new", "assess", "authorize", "scheduled", "implement", "review"),
                        *("closed", "canceled"),
                    ]
                ),
                name="change_state_known",
            ),
            models.UniqueConstraint(
                fields=["correlation_key"],
                condition=Q(phase__in=[each.value for each in OPEN_PHASES])
                & ~Q(correlation_key=""),
                name="one_open_ticket_a_correlation",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "-id"], name="ticket_newest"),
            # What lists are ordered by; without them a page would cost more with every ticket.
            models.Index(fields=["kind", "opened_at", "id"], name="ticket_opened"),
            models.Index(fields=["kind", "updated_at", "id"], name="ticket_updated"),
            models.Index(fields=["kind", "priority", "-id"], name="ticket_priority"),
            models.Index(fields=["kind", "phase", "priority", "-id"], name="ticket_board"),
            models.Index(
                fields=["kind", "priority", "-id"],
                name="ticket_open",
                condition=Q(phase__in=[each.value for each in OPEN_PHASES]),
            ),
            # Small, for the other orders of what is open.
            models.Index(
                fields=["kind", "id"],
                name="ticket_open_newest",
                condition=Q(phase__in=[each.value for each in OPEN_PHASES]),
            ),
            models.Index(
                fields=["kind", "opened_at", "id"],
                name="ticket_open_opened",
                condition=Q(phase__in=[each.value for each in OPEN_PHASES]),
            ),
            models.Index(
                fields=["kind", "updated_at", "id"],
                name="ticket_open_updated",
                condition=Q(phase__in=[each.value for each in OPEN_PHASES]),
            ),
            models.Index(fields=["assignee", "phase", "-id"], name="ticket_of_assignee"),
            models.Index(fields=["team", "phase", "-id"], name="ticket_of_team"),
            models.Index(fields=["service", "phase", "-id"], name="ticket_of_service"),
            # The worst that is open of each service, in one step.
            models.Index(
                fields=["service", "priority"],
                name="ticket_worst_of_service",
                condition=Q(phase__in=[each.value for each in OPEN_PHASES]),
            ),
            models.Index(fields=["caller", "-id"], name="ticket_of_caller"),
            models.Index(fields=["opened_by", "-id"], name="ticket_of_opener"),
            models.Index(
                fields=["resolved_at"],
                name="ticket_resolved",
                condition=Q(phase="resolved"),
            ),
            GinIndex(fields=["search"], name="ticket_search", fastupdate=False),
            models.Index(fields=["id"], name="ticket_confidential", condition=Q(confidential=True)),
            GinIndex(fields=["tags"], name="ticket_tags", condition=~Q(tags=[])),
        ]

    parent_link: ClassVar[str] = "ticket_ptr"

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def is_open(self) -> bool:
        """Whether work on it is not over."""
        return self.phase in OPEN_PHASES

    def lock(self) -> Self:
        """This ticket, read again, with its row held until the transaction ends."""
        of = ("self",) if type(self) is Ticket else (self.parent_link,)
        locked: Self = type(self)._default_manager.select_for_update(of=of).get(pk=self.pk)
        return locked


class Comment(models.Model):
    """Something said on a ticket: to the caller (public), or among staff (a work note)."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = models.TextField(max_length=50_000)
    public = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["ticket", "id"], name="comment_of_ticket")]

    def __str__(self) -> str:
        return f"Comment {self.pk} on {self.ticket_id}"


class Attachment(models.Model):
    """A file on a ticket, kept under a random name outside the web root."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="attachments")
    comment = models.ForeignKey(
        Comment, models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    stored_as = models.CharField(max_length=80, unique=True)
    public = models.BooleanField(default=True)
    # Set while it waits to be sent; until then only staff may fetch it.
    draft = models.ForeignKey(
        "Draft", models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["ticket", "id"], name="attachment_of_ticket")]

    def __str__(self) -> str:
        return self.name


class Link(models.Model):
    """How one ticket stands to another."""

    class Sort(models.TextChoices):
        """What the first ticket is to the second."""

        RELATES_TO = "relates_to", _("relates to")
        DUPLICATE_OF = "duplicate_of", _("is a duplicate of")
        FOLLOW_UP_OF = "follow_up_of", _("follows up")
        PREVIOUS = "previous", _("continues")
        CAUSED_BY = "caused_by", _("was caused by")
        FIXED_BY = "fixed_by", _("is fixed by")

    from_ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="links_out")
    to_ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="links_in")
    sort = models.CharField(max_length=16, choices=Sort, default=Sort.RELATES_TO)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_ticket", "to_ticket", "sort"], name="one_link_each"
            ),
            models.CheckConstraint(
                condition=~Q(from_ticket=models.F("to_ticket")), name="no_link_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_ticket_id} {self.get_sort_display()} {self.to_ticket_id}"


class Watcher(models.Model):
    """Somebody who wants to hear of a ticket, and may see its public side."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="watchers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="watches")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="one_watch_each")]

    def __str__(self) -> str:
        return f"{self.user} watches {self.ticket_id}"


class Pin(models.Model):
    """A moment of a ticket that stands among its key moments; who pinned it is in the events."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="pins")
    event = models.ForeignKey(Event, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "event"], name="one_pin_each")]

    def __str__(self) -> str:
        return f"Event {self.event_id} of {self.ticket_id}"


class Draft(models.Model):
    """What somebody is writing on a ticket and has not sent yet."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    body = models.TextField(blank=True, max_length=50_000)
    public = models.BooleanField(default=True)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "author"], name="one_draft_each")]
        indexes = [models.Index(fields=["updated_at"], name="draft_age")]

    def __str__(self) -> str:
        return f"{self.author} writes on {self.ticket_id}"


class ReplyTemplate(models.Model):
    """A text that is sent again and again: one person's, one team's, or everybody's."""

    name = models.CharField(_("name"), max_length=80)
    body = models.TextField(_("text"), max_length=10_000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(team__isnull=True), name="reply_of_one"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Rating(models.Model):
    """What somebody thought of one solution of a ticket; solved again, it can be rated again."""

    class Score(models.IntegerChoices):
        """How it was, from bad to good."""

        TERRIBLE = 1, _("Very bad")
        BAD = 2, _("Bad")
        FAIR = 3, _("So-so")
        GOOD = 4, _("Good")
        GREAT = 5, _("Very good")

    ticket = models.ForeignKey(Ticket, models.CASCADE, db_index=False, related_name="ratings")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Which solution it is about.
    resolved_at = models.DateTimeField(editable=False)
    score = models.PositiveSmallIntegerField(choices=Score)
    comment = models.TextField(blank=True, max_length=2_000)
    given_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "resolved_at"], name="one_rating_a_resolution"
            ),
            models.CheckConstraint(condition=Q(score__in=[1, 2, 3, 4, 5]), name="score_known"),
        ]
        indexes = [models.Index(fields=["given_at"], name="rating_when")]

    def __str__(self) -> str:
        return f"{self.score} for {self.ticket_id}"
