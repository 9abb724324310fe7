"""Change advisory boards: who sits on them, when they meet, and what they look at."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from changes.models.change import Change, Environment
from changes.models.window import check_rule
from itsm.people.models import Team

# What a board meets about unless it says otherwise; the rest needs no meeting.
WEIGHTY = ("high", "very_high")


class Board(models.Model):
    """A team that judges changes, each by his own word, and meets about the weighty ones."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    team = models.ForeignKey(Team, models.PROTECT, verbose_name=_("who sits on it"))
    chair = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("chair")
    )
    first_at = models.DateTimeField(_("first meeting"))
    minutes = models.PositiveSmallIntegerField(_("minutes it lasts"), default=60)
    repeats = models.CharField(
        _("repeats"),
        max_length=250,
        blank=True,
        help_text=_("A rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=SA. Empty: once."),
    )
    time_zone = models.CharField(_("time zone"), max_length=40, default="UTC")
    bands = models.JSONField(
        _("risks it meets about"),
        default=list,
        blank=True,
        help_text=_("Of low, moderate, high and very_high. Empty: high and very_high."),
    )
    environment = models.CharField(_("environment"), max_length=12, choices=Environment, blank=True)
    is_active = models.BooleanField(_("is active"), default=True)

    class Meta:
        verbose_name = _("board")
        verbose_name_plural = _("boards")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=720), name="board_meets_for_a_while"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a rule or a zone that cannot be understood."""
        check_rule(self.repeats, start=self.first_at, time_zone=self.time_zone)

    def looks_at(self, change: Change) -> bool:
        """Whether the board meets about a change like this."""
        fits = self.environment in ("", change.environment)
        return fits and change.risk_band in (self.bands or WEIGHTY)


class Meeting(models.Model):
    """One meeting of a board."""

    class State(models.TextChoices):
        """How far it is."""

        PLANNED = "planned", _("Planned")
        IN_SESSION = "in_session", _("In session")
        CLOSED = "closed", _("Closed")

    board = models.ForeignKey(Board, models.CASCADE, related_name="meetings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)
    notes = models.TextField(blank=True, max_length=20_000)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["board", "starts_at"], name="one_meeting_at_a_time"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.board}, {self.starts_at:%Y-%m-%d}"


class AgendaItem(models.Model):
    """One change a meeting is to look at, and what came of it."""

    class State(models.TextChoices):
        """What came of it."""

        PENDING = "pending", _("To be discussed")
        DISCUSSED = "discussed", _("Discussed")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        DEFERRED = "deferred", _("Put off to the next meeting")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    change = models.ForeignKey(Change, models.CASCADE, related_name="agenda_items")
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    notes = models.TextField(blank=True, max_length=5000)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "change"], name="on_an_agenda_once")
        ]

    def __str__(self) -> str:
        return f"{self.change_id} in {self.meeting_id}"
