"""What every ticket has, whatever its kind."""

from collections.abc import Collection
from functools import cache
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import connection, models
from django.db.models import F, GeneratedField, Q
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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
UNSETTLED = (*OPEN_PHASES, Phase.RESOLVED)


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
            models.CheckConstraint(
                condition=~Q(kind="problem")
                | Q(
                    state__in=[
                        *("new", "assess", "rca", "fix_in_progress"),
                        *("resolved", "closed", "canceled"),
                    ]
                ),
                name="problem_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind="service_request")
                | Q(
                    state__in=[
                        *("draft", "submitted", "awaiting_approval", "approved", "fulfilling"),
                        *("pending", "failed", "fulfilled", "closed_complete"),
                        *("closed_incomplete", "closed_skipped", "rejected", "canceled"),
                    ]
                ),
                name="service_request_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind="article_review")
                | Q(state__in=["new", "in_progress", "done", "canceled"]),
                name="article_review_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind="improvement")
                | Q(
                    state__in=[
                        *("new", "accepted", "assess", "approved", "in_progress", "on_hold"),
                        *("review", "closed", "closed_incomplete"),
                    ]
                ),
                name="improvement_state_known",
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
            # What the dashboard and the search list of all kinds together.
            models.Index(fields=["priority", "-id"], name="ticket_any_priority"),
            models.Index(
                fields=["priority", "-id"],
                name="ticket_any_open",
                include=["confidential"],  # so that they can be counted by it alone
                condition=Q(phase__in=[each.value for each in OPEN_PHASES]),
            ),
            models.Index(
                fields=["id"],
                name="ticket_any_open_newest",
                condition=Q(phase__in=[each.value for each in OPEN_PHASES]),
            ),
            models.Index(
                fields=["team", "priority", "-id"],
                name="ticket_open_of_team",
                condition=Q(phase__in=[each.value for each in OPEN_PHASES]),
            ),
            models.Index(fields=["assignee", "phase", "-id"], name="ticket_of_assignee"),
            models.Index(fields=["team", "phase", "-id"], name="ticket_of_team"),
            models.Index(fields=["service", "phase", "-id"], name="ticket_of_service"),
            # The worst that are open of each service, in one step.
            models.Index(
                fields=["service", "priority", "-id"],
                name="ticket_worst_of_service",
                include=["confidential"],
                condition=Q(phase__in=[each.value for each in OPEN_PHASES]),
            ),
            models.Index(fields=["caller", "-id"], name="ticket_of_caller"),
            # The few of a mailbox's thousands that are not over for who called.
            models.Index(
                fields=["caller", "-id"],
                name="ticket_unsettled_of_caller",
                condition=Q(phase__in=[each.value for each in UNSETTLED], caller__isnull=False),
            ),
            models.Index(
                fields=["opened_by", "-id"],
                name="ticket_opened_for_others",
                condition=Q(caller__isnull=True) | ~Q(caller=F("opened_by")),
            ),
            models.Index(
                fields=["resolved_at"],
                name="ticket_resolved",
                condition=Q(phase="resolved"),
            ),
            # What was over in a time, whatever became of it then.
            models.Index(
                fields=["kind", "resolved_at"],
                name="ticket_over",
                condition=Q(resolved_at__isnull=False),
            ),
            # What was not over at a time is looked for among these.
            models.Index(
                fields=["kind", "opened_at"],
                name="ticket_not_over",
                condition=Q(resolved_at__isnull=True),
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

    def lock(self, *, beside: Collection[str] = ()) -> Self:
        """This ticket, read again, with its row held until the transaction ends.

        The tickets with the numbers ``beside`` are held as well, all in the order of their ids, so
        that two who name each other never wait for one another.
        """
        if beside:
            both = Ticket._default_manager.filter(Q(pk=self.pk) | Q(number__in=beside))
            list(both.select_for_update().order_by("pk").values_list("pk"))
        model = type(self)
        found = model._default_manager.raw(_holding(model), [self.pk])
        locked: Self | None = next(iter(found), None)  # type: ignore[assignment]
        if locked is None:
            raise model.DoesNotExist
        return locked


def _holding(model: type[Ticket]) -> str:
    """The statement that reads and holds one row of a model."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("A row is held only within a transaction.")
    return _statement(model)


@cache
def _statement(model: type[Ticket]) -> str:
    # Written once: to write it takes longer than to read the row. The words that are searched for
    # are as long as the text itself, and nobody who holds a ticket looks at them.
    of = ("self",) if model is Ticket else (model.parent_link,)
    found = model._default_manager.select_for_update(of=of).filter(pk=0).order_by()
    text, _values = found.defer("search").query.sql_with_params()
    if model is Ticket:
        return str(text)
    # Whoever waited for the ticket is shown anew only what is held: its other half must be as well,
    # yet without keeping those waiting who only refer to it.
    return f'{text} FOR NO KEY UPDATE OF "{model._meta.db_table}"'
