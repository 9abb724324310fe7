"""What an incident takes over from the problem behind it, and from the change it waits for."""

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.ending import resolve
from incidents.actions.working import resume
from incidents.models import Incident, OnHoldReason, ResolutionCode
from incidents.selectors import open_incidents_of_problem, waiting_for
from itsm.core import events
from itsm.people.models import User
from itsm.tickets.actions import comment
from itsm.tickets.models import Ticket
from itsm.tickets.workflow import diff, facts, save_change


@transaction.atomic
def note_problem(*, incident_id: int, problem_id: int, actor: User) -> None:
    """Remember which problem an incident comes from."""
    incident = Incident(pk=incident_id).lock()
    if incident.problem_id == problem_id:
        return
    before = facts(incident)
    incident.problem_id = problem_id
    _told(incident, before, actor)


@transaction.atomic
def forget_problem(*, incident_id: int, problem_id: int, actor: User) -> None:
    """Forget a problem the incident does not come from."""
    incident = Incident(pk=incident_id).lock()
    if incident.problem_id != problem_id:
        return
    before = facts(incident)
    incident.problem = None
    _told(incident, before, actor)


def _told(incident: Incident, before: dict[str, object], actor: User) -> None:
    save_change(incident)
    data = {"diff": diff(before, incident)}
    events.publish("incident.problem_noted", incident, actor=actor, data=data)


@transaction.atomic
def take_workaround(*, problem: Ticket, workaround: str, advice: str, actor: User) -> None:
    """Write on its open incidents what helps, tell their callers, and let go on what waits."""
    note = _("Workaround of %(number)s:") % {"number": problem.number} + f"\n\n{workaround}"
    for incident in open_incidents_of_problem(problem):
        comment(ticket=incident, actor=actor, body=note, public=False, within="workaround")
        if advice and incident.caller_id is not None:
            comment(ticket=incident, actor=actor, body=advice, within="workaround")
    for incident in waiting_for(problem, OnHoldReason.AWAITING_PROBLEM):
        resume(incident, actor=actor)


@transaction.atomic
def resolve_with_problem(*, problem: Ticket, notes: str, actor: User) -> None:
    """Resolve what waited for the problem: its fix restored the service."""
    for incident in waiting_for(problem, OnHoldReason.AWAITING_PROBLEM):
        resolve(
            incident,
            actor=actor,
            code=ResolutionCode.RESOLVED_BY_PROBLEM,
            notes=f"{problem.number}: {notes}",
            override_reason=problem.number,
        )


@transaction.atomic
def go_on_without(*, ticket: Ticket, reason: str, why: str, actor: User) -> None:
    """Let go on what waited for a problem or a change that ended, with a word on how."""
    for incident in waiting_for(ticket, reason):
        comment(ticket=incident, actor=actor, body=why, public=False, within="resume")
        resume(incident, actor=actor)


@transaction.atomic
def note_workaround_used(*, incident_id: int, actor: User) -> None:
    """Remember that a workaround helped."""
    incident = Incident(pk=incident_id).lock()
    if not incident.workaround_used:
        before = facts(incident)
        incident.workaround_used = True
        save_change(incident)
        data = {"diff": diff(before, incident)}
        events.publish("incident.edited", incident, actor=actor, data=data)
