"""What happens elsewhere and matters to a problem: alerts of its incidents, changes that fix it."""

from django.db import transaction

from itsm.core import events
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.models import Ticket
from problems.actions.linking import link_incident
from problems.actions.weighing import note_fingerprints
from problems.models import Problem
from problems.selectors import fingerprints_of, fixed_by, fixed_with, unfinished_fixes


@transaction.atomic
def note_alerts(*, incident: Ticket) -> None:
    """An incident got alerts: its problem is known by them, and one that was fixed is back."""
    behind = Problem.objects.filter(incidents_of_problem=incident.pk).first()
    if behind is not None:
        note_fingerprints(problem=behind, incidents=[incident.pk])
        return
    for each in fixed_with(fingerprints_of([incident.pk])).order_by("-resolved_at", "pk")[:1]:
        if each.resolved_at is not None and incident.opened_at > each.resolved_at:
            link_incident(problem=each, incident=incident, actor=system_user())


@transaction.atomic
def note_fix(*, change: Ticket, actor: User) -> None:
    """A change that was to fix problems is closed: those who coordinate them want to know."""
    for each in fixed_by(change.pk).order_by("pk"):
        held = each.lock()
        left = unfinished_fixes(held)
        data = {"change": change.number, "left": left, "is_fixed": change.number not in left}
        events.publish("problem.fix_closed", held, actor=actor, data=data)
