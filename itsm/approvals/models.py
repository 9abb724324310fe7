"""Who was asked for leave, by which rule, and what they said."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from itsm.people.models import Team
from itsm.people.roles import Role
from itsm.tickets.models import Ticket

# What stands for the rule of an approval where none fitted.
NO_RULE = "No rule fits"


class Rule(models.Model):
    """One row of a decision table: when it fits, these are asked, or nobody needs to be."""

    class Outcome(models.TextChoices):
        """What the rule comes to."""

        ASK = "ask", _("Ask people")
        APPROVE = "approve", _("Approve at once")
        REJECT = "reject", _("Reject at once")

    kind = models.CharField(_("kind of record"), max_length=16)
    purpose = models.CharField(_("what leave is asked for"), max_length=20)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    name = models.CharField(_("name"), max_length=120)
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.ASK)
    stages = models.JSONField(
        _("stages"),
        default=list,
        blank=True,
        help_text=_(
            'Such as [{"name": "Board", "team": "cab", "quorum": "percent", "amount": 50,'
            ' "hours": 48, "hours_after": 24}]: reminded after half of the hours, passed on after'
            " all of them, and over so many hours later."
        ),
    )
    is_active = models.BooleanField(_("is active"), default=True)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["kind", "purpose", "order", "pk"]

    def __str__(self) -> str:
        return self.name


class Approval(models.Model):
    """Leave asked for once, about a frozen picture of a ticket."""

    class State(models.TextChoices):
        """What it has come to."""

        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        NO_LONGER_REQUIRED = "no_longer_required", _("No longer required")
        EXPIRED = "expired", _("Expired")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="approvals")
    purpose = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=State, default=State.REQUESTED)
    rule_name = models.CharField(max_length=120)
    snapshot = models.JSONField(default=dict)
    snapshot_hash = models.CharField(max_length=64)
    # Who wrote or carries out what is judged does not judge it.
    barred = models.JSONField(default=list)
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    @property
    def is_of_rule(self) -> bool:
        """Whether a rule said who is asked."""
        return self.rule_name != NO_RULE

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "purpose"],
                condition=Q(state="requested"),
                name="one_open_approval_a_purpose",
            )
        ]
        indexes = [
            models.Index(fields=["ticket", "-id"], name="approval_of_ticket"),
            models.Index(fields=["due_at"], name="approval_due", condition=Q(state="requested")),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.ticket_id}"


class Stage(models.Model):
    """Those asked at the same time; the next stage waits for this one."""

    class State(models.TextChoices):
        """How far the stage is."""

        WAITING = "waiting", _("Not yet asked")
        OPEN = "open", _("Asked")
        GRANTED = "granted", _("Granted")
        DENIED = "denied", _("Denied")

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    quorum = models.CharField(max_length=8, default="first")
    amount = models.PositiveSmallIntegerField(default=1)
    any_no_denies = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    # How long those asked have, and how long from then until it expires.
    allowed = models.DurationField(default=timedelta(days=2))
    grace = models.DurationField(default=timedelta(days=1))
    # When these are due next; nothing once they were done.
    remind_at = models.DateTimeField(null=True)
    escalate_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["approval", "position"], name="one_stage_a_position")
        ]
        indexes = [
            models.Index(fields=["remind_at"], name="stage_to_remind", condition=Q(state="open")),
            models.Index(
                fields=["escalate_at"], name="stage_to_escalate", condition=Q(state="open")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Vote(models.Model):
    """One person, team or role that is asked, and what was said for it.

    A team or role has one vote; whoever is in it when it is cast may cast it.
    """

    class State(models.TextChoices):
        """What was said."""

        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        ABSTAINED = "abstained", _("Abstained")
        NO_LONGER_REQUIRED = "no_longer_required", _("No longer required")

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="votes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="votes"
    )
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="votes")
    role = models.CharField(max_length=12, choices=Role, blank=True)
    # Who may cast it as well, since whose it is did not answer in time.
    escalated_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="votes_escalated"
    )
    escalated_role = models.CharField(max_length=12, choices=Role, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.REQUESTED)
    cast_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="votes_cast"
    )
    comment = models.TextField(blank=True, max_length=5000)
    cast_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, team__isnull=True, role="")
                | Q(user__isnull=True, team__isnull=False, role="")
                | Q(user__isnull=True, team__isnull=True) & ~Q(role=""),
                name="vote_of_one",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "rejected", "abstained"])
                | Q(cast_by__isnull=False),
                name="vote_cast_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["user"], name="vote_waiting_user", condition=Q(state="requested")),
            models.Index(fields=["team"], name="vote_waiting_team", condition=Q(state="requested")),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.team or self.get_role_display()}: {self.get_state_display()}"

    @property
    def seat(self) -> str:
        """Whose vote it is, in words."""
        return str(self.user or self.team or self.get_role_display())


class Substitute(models.Model):
    """Somebody who votes for another from one day to another; both are kept on record."""

    principal = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="substitutes",
        verbose_name=_("principal"),
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="substitutes_for",
        verbose_name=_("substitute"),
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))

    class Meta:
        verbose_name = _("substitute")
        verbose_name_plural = _("substitutes")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("starts_on")), name="substitute_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(principal=models.F("substitute")), name="no_substitute_of_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.substitute} for {self.principal}"
