"""Which incidents a problem is behind; the incident's own room keeps it, told by an event."""

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import Invalid, Refused
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.models import Ticket
from problems.actions.holding import hold
from problems.actions.returning import recur
from problems.actions.weighing import note_fingerprints, weigh
from problems.models import Problem, ResolutionCode
from problems.selectors import incidents_of

RETURNS = (ResolutionCode.FIX_APPLIED, ResolutionCode.NOT_A_PROBLEM)


@transaction.atomic
def link_incident(*, problem: Problem, incident: Ticket, actor: User) -> Problem:
    """Say that an incident comes from this problem; one that began after the fix brings it back."""
    held = hold(problem, actor)
    if incident.kind != "incident":
        raise Invalid(
            _("%(number)s is not an incident.") % {"number": incident.number}, field="incident"
        )
    if held.resolution_code == ResolutionCode.DUPLICATE:
        raise Refused(
            _("%(number)s is a duplicate; link the incident to the other problem.")
            % {"number": held.number}
        )
    if incidents_of(held).filter(pk=incident.pk).exists():
        return held
    data = {"incident": incident.pk, "number": incident.number}
    events.publish("problem.incident_linked", held, actor=actor, data=data)
    note_fingerprints(problem=held, incidents=[incident.pk])
    weighed = weigh(problem=held, actor=actor)
    if _is_recurrence(weighed, incident):
        recurred: Problem = recur(weighed, actor=system_user(), incident=incident.number)
        return recurred
    return weighed


@transaction.atomic
def unlink_incident(*, problem: Problem, incident: Ticket, actor: User) -> Problem:
    """Say that an incident comes from something else."""
    held = hold(problem, actor)
    if incidents_of(held).filter(pk=incident.pk).exists():
        data = {"incident": incident.pk, "number": incident.number}
        events.publish("problem.incident_unlinked", held, actor=actor, data=data)
        return weigh(problem=held, actor=actor)
    return held


def _is_recurrence(problem: Problem, incident: Ticket) -> bool:
    ended = problem.resolved_at or problem.closed_at
    if ended is None or problem.resolution_code not in RETURNS:
        return False
    return incident.opened_at > ended
