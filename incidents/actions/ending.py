"""How incidents end, and how they come back."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from incidents.models import CancelReason, Incident, ResolutionCode
from incidents.selectors import firing_alerts_of
from incidents.workflow import OPEN, workflow
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.monitoring.models import Alert
from itsm.people.models import User
from itsm.sla.business_time import add_working_days
from itsm.sla.selectors import default_week
from itsm.tickets.actions import comment as say
from itsm.tickets.fields import Choice, Field, Line, TicketNumber
from itsm.tickets.models import OPEN_PHASES, Link, Ticket, Watcher
from itsm.tickets.permissions import may_work
from itsm.tickets.selectors import ticket_for

ORDINARY_AUTO_CLOSE = 7  # business days, where no service says otherwise


@workflow.transition(
    "resolve",
    label=_l("Resolve"),
    source=OPEN,
    target="resolved",
    event="incident.resolved",
    needs="incidents.work",
    fields=[
        Choice(
            name="code",
            also="resolution_code",
            label=_l("How was service restored?"),
            required=True,
            choices=ResolutionCode.choices,
        ),
        Field(name="notes", also="resolution_notes", label=_l("What was done"), required=True),
        Line(
            name="override_reason",
            label=_l("Why although alerts still fire"),
            help=_l("Needed only while alerts of the incident still fire."),
        ),
    ],
)
def resolve(
    incident: Incident,
    *,
    actor: User,
    code: str,
    notes: str,
    override_reason: str = "",
    at: datetime | None = None,
) -> None:
    """Record how service was restored; ``at`` is when, if it is known better than by now."""
    firing = firing_alerts_of(incident).count()
    if firing and not override_reason:
        raise Refused(
            ngettext(
                "%(count)d alert of %(number)s still fires; wait for it or say why not.",
                "%(count)d alerts of %(number)s still fire; wait for them or say why not.",
                firing,
            )
            % {"count": firing, "number": incident.number},
            field="override_reason",
        )
    now = timezone.now()
    # An alert may end before its first post arrives, but never before its harm began.
    begun = incident.impact_started_at or incident.opened_at
    incident.resolved_at = min(max(at, begun), now) if at else now
    incident.resolved_by = actor
    incident.resolution_code = code
    incident.resolution_notes = notes
    incident.on_hold_reason = ""
    incident.resume_at = None
    incident.auto_close_at = auto_close_at(incident)


def auto_close_at(incident: Incident) -> datetime | None:
    """When a resolved incident closes by itself: after its service's business days, or never."""
    days = incident.service.auto_close_after if incident.service else ORDINARY_AUTO_CLOSE
    if incident.major or days == 0 or incident.resolved_at is None:
        return None
    return add_working_days(default_week(), incident.resolved_at, days)


@workflow.transition(
    "reopen",
    label=_l("Reopen"),
    source=["resolved"],
    target="in_progress",
    event="incident.reopened",
    needs="incidents.work",
    own=True,
    fields=[Field(name="comment", label=_l("What is still wrong"))],
)
def reopen(incident: Incident, *, actor: User, comment: str = "") -> None:
    """Go on with an incident that was not over; a closed one gets a follow-up instead."""
    if comment:
        say(ticket=incident, actor=actor, body=comment, within="reopen")
    if _is_key_taken(incident):
        incident.correlation_key = ""
    incident.reopen_count += 1
    incident.last_reopened_at = timezone.now()
    incident.last_reopened_by = actor
    incident.resolved_at = None
    incident.resolved_by = None
    incident.resolution_code = ""
    incident.resolution_notes = ""
    incident.auto_close_at = None


def _is_key_taken(incident: Incident) -> bool:
    """Whether another open incident now stands for the same outage."""
    others: QuerySet[Ticket] = Ticket.objects.filter(
        correlation_key=incident.correlation_key, phase__in=OPEN_PHASES
    )
    return bool(incident.correlation_key) and others.exclude(pk=incident.pk).exists()


@workflow.transition(
    "close",
    label=_l("Close"),
    source=["resolved"],
    target="closed",
    event="incident.closed",
    needs="incidents.work",
    own=True,
)
def close(incident: Incident, *, actor: User) -> None:
    """End it for good; of a major incident only a process manager may say so."""
    if incident.major and not actor.has_perm("incidents.manage"):
        raise Refused(_("Only a process manager closes a major incident."))
    incident.closed_at = timezone.now()
    incident.auto_close_at = None


@workflow.transition(
    "cancel",
    label=_l("Cancel"),
    source=OPEN,
    target="canceled",
    event="incident.canceled",
    needs="incidents.work",
    own=True,
    fields=[
        Choice(name="reason", label=_l("Why"), required=True, choices=CancelReason.choices),
        TicketNumber(name="duplicate_of", label=_l("Duplicate of"), is_held=True),
        Field(name="comment", label=_l("Comment")),
    ],
)
def cancel(
    incident: Incident, *, actor: User, reason: str, duplicate_of: str = "", comment: str = ""
) -> None:
    """Say that it was no incident of its own; a duplicate's people and alerts join the other."""
    if not may_work(actor, incident, "incidents.work") and reason != CancelReason.WITHDRAWN:
        raise NotAllowed(_("You can withdraw your report; staff judge the rest."))
    if reason == CancelReason.DUPLICATE:
        _join_other(incident, _original(incident, actor, duplicate_of), actor)
    elif duplicate_of:
        raise Invalid(_("Only a duplicate names another incident."), field="duplicate_of")
    if comment:
        say(ticket=incident, actor=actor, body=comment, within="cancel")
    incident.cancel_reason = reason
    incident.closed_at = timezone.now()
    incident.on_hold_reason = ""
    incident.resume_at = None


def _original(incident: Incident, actor: User, number: str) -> Ticket:
    if not number:
        raise Invalid(_("Name the incident it is a duplicate of."), field="duplicate_of")
    other: Ticket = ticket_for(actor, number)
    if other.pk == incident.pk or other.kind != "incident" or other.state == "canceled":
        raise Invalid(
            _("%(number)s cannot be the original.") % {"number": number}, field="duplicate_of"
        )
    return other


def _join_other(incident: Incident, other: Ticket, actor: User) -> None:
    Link.objects.get_or_create(
        from_ticket_id=incident.pk, to_ticket_id=other.pk, sort=Link.Sort.DUPLICATE_OF
    )
    people = set(incident.watchers.values_list("user_id", flat=True))
    people |= {incident.caller_id} if incident.caller_id else set()
    Watcher.objects.bulk_create(
        [Watcher(ticket_id=other.pk, user_id=each) for each in sorted(people)],
        ignore_conflicts=True,
    )
    Alert.objects.filter(incident=incident.pk).update(incident=other.pk)
