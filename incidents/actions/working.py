"""What is done while an incident is being worked on."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from incidents.models import Incident, OnHoldReason
from incidents.workflow import OPEN, workflow
from itsm.core.errors import Invalid, Refused
from itsm.people.models import Team, User
from itsm.tickets.actions import comment as say
from itsm.tickets.actions import link
from itsm.tickets.actions.assigning import GIVE_BACK_FIELDS, GIVE_FIELDS, give, give_back
from itsm.tickets.fields import Choice, Field, Instant, Line, TicketNumber
from itsm.tickets.models import Link, Ticket
from itsm.tickets.selectors import ticket_for


@workflow.transition(
    "assign",
    label=_l("Assign"),
    source=OPEN,
    target=None,
    event="incident.assigned",
    needs="incidents.work",
    fields=GIVE_FIELDS,
)
def assign(
    incident: Incident, *, actor: User, team: Team | None = None, assignee: User | None = None
) -> None:
    """Give the incident to a team, a person, or both; a person's only team comes along."""
    was = (incident.team, incident.assignee)
    give(incident, team=team, assignee=assignee)
    now = (incident.team, incident.assignee)
    if any(before and before != after for before, after in zip(was, now, strict=True)):
        incident.reassignment_count += 1


@workflow.transition(
    "unassign",
    label=_l("Unassign"),
    source=OPEN,
    target=None,
    event="incident.unassigned",
    needs="incidents.work",
    fields=GIVE_BACK_FIELDS,
)
def unassign(incident: Incident, *, actor: User, team: bool = False) -> None:
    """Give the incident back: nobody has it until somebody takes it."""
    give_back(incident, team=team)


@workflow.transition(
    "acknowledge",
    label=_l("Acknowledge"),
    source=OPEN,
    target=None,
    event="incident.acknowledged",
    needs="incidents.work",
    when=lambda incident: incident.acknowledged_at is None,
)
def acknowledge(incident: Incident, *, actor: User) -> None:
    """Say that somebody is on it."""
    if incident.acknowledged_at is not None:
        raise Refused(_("%(number)s is acknowledged already.") % {"number": incident.number})
    incident.acknowledged_at = timezone.now()
    incident.acknowledged_by = actor
    incident.responded_at = incident.responded_at or incident.acknowledged_at
    if incident.assignee_id is None and not actor.is_bot:
        incident.assignee = actor
        incident.assigned_at = incident.assigned_at or incident.acknowledged_at


@workflow.transition(
    "start",
    label=_l("Start work"),
    source=["new"],
    target="in_progress",
    event="incident.started",
    needs="incidents.work",
)
def start(incident: Incident, *, actor: User) -> None:
    """Begin the work; somebody must be assigned to do it."""
    if incident.assignee_id is None:
        raise Refused(_("Assign %(number)s to somebody first.") % {"number": incident.number})


@workflow.transition(
    "hold",
    label=_l("Put on hold"),
    source=["new", "in_progress"],
    target="on_hold",
    event="incident.paused",
    needs="incidents.work",
    fields=[
        Choice(
            name="reason",
            also="on_hold_reason",
            label=_l("Waiting for"),
            required=True,
            choices=OnHoldReason.choices,
        ),
        Field(
            name="comment",
            label=_l("What you ask the caller"),
            help=_l("Needed when waiting for the caller; the caller reads it."),
        ),
        TicketNumber(
            name="ticket",
            label=_l("Change or problem"),
            help=_l("The number of the open record waited for."),
        ),
        Line(name="vendor_reference", label=_l("Vendor's reference")),
        Instant(name="resume_at", label=_l("Resume by itself at")),
    ],
)
def hold(
    incident: Incident,
    *,
    actor: User,
    reason: str,
    comment: str = "",
    ticket: str = "",
    vendor_reference: str = "",
    resume_at: datetime | None = None,
) -> None:
    """Stop the work until something comes from elsewhere."""
    if resume_at is not None and resume_at <= timezone.now():
        raise Invalid(_("Choose a moment that is still to come."), field="resume_at")
    if reason == OnHoldReason.AWAITING_CALLER and not comment:
        raise Invalid(_("Tell the caller what you wait for."), field="comment")
    if reason == OnHoldReason.AWAITING_VENDOR and not vendor_reference:
        raise Invalid(_("Give the vendor's reference."), field="vendor_reference")
    if reason in WAITED_KIND:
        _wait_for(incident, actor, WAITED_KIND[reason], ticket)
    if comment:
        say(ticket=incident, actor=actor, body=comment, within="hold")
    incident.on_hold_reason = reason
    incident.vendor_reference = vendor_reference or incident.vendor_reference
    incident.resume_at = resume_at


WAITED_KIND = {
    OnHoldReason.AWAITING_CHANGE.value: "change",
    OnHoldReason.AWAITING_PROBLEM.value: "problem",
}


def _wait_for(incident: Incident, actor: User, kind: str, number: str) -> None:
    """See that an open record of the kind is linked, linking the one that was named."""
    if number:
        waited = ticket_for(actor, number)
        if waited.kind != kind or not waited.is_open():
            raise Invalid(
                _("%(number)s is not an open %(kind)s.") % {"number": number, "kind": kind},
                field="ticket",
            )
        link(ticket=incident, other=waited, actor=actor)
        if kind == "problem":
            incident.problem = Ticket.objects.get(pk=waited.pk)
    elif not _has_open(incident, kind):
        raise Invalid(_("Link the open %(kind)s you wait for.") % {"kind": kind}, field="ticket")


def _has_open(incident: Incident, kind: str) -> bool:
    links = Link.objects.filter(from_ticket=incident.pk) | Link.objects.filter(
        to_ticket=incident.pk
    )
    ends = {pk for pair in links.values_list("from_ticket", "to_ticket") for pk in pair}
    ends |= {each for each in (incident.problem_id, incident.caused_by_change_id) if each}
    return any(each.is_open() for each in Ticket.objects.filter(pk__in=ends, kind=kind))


@workflow.transition(
    "resume",
    label=_l("Resume"),
    source=["on_hold"],
    target="in_progress",
    event="incident.resumed",
    needs="incidents.work",
    own=True,
)
def resume(incident: Incident, *, actor: User) -> None:
    """Go on: what was waited for has come."""
    incident.on_hold_reason = ""
    incident.resume_at = None


@transaction.atomic
def note_response(*, incident: Incident, actor: User) -> None:
    """Stamp the first public answer of staff, and start the work when somebody is assigned."""
    locked = incident.lock()
    if locked.responded_at is None:
        Incident.objects.filter(pk=locked.pk).update(responded_at=timezone.now())
    if locked.state == "new" and locked.assignee_id is not None:
        start(locked, actor=actor)
