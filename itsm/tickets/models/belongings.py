"""What belongs to a ticket: what is said, attached, linked, watched and drafted."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.core.models import Event
from itsm.people.models import Team
from itsm.tickets.models.ticket import Ticket


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
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="watches"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="one_watch_each")]
        # In the order in which somebody reads what he watches.
        indexes = [models.Index(fields=["user", "ticket"], name="watches_of_user")]

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
