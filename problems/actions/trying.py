"""Whether what helps meanwhile did help, and who has the trouble too."""

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.core import events
from itsm.core.errors import NotAllowed, Refused
from itsm.people.models import User
from itsm.tickets.models import Ticket
from itsm.tickets.permissions import is_own, may_work
from problems.actions.linking import link_incident
from problems.actions.weighing import weigh
from problems.models import Problem, Sufferer, WorkaroundUse
from problems.workflow import is_known_error


@transaction.atomic
def say_worked(
    *, problem: Problem, actor: User, worked: bool, incident: Ticket | None = None
) -> Problem:
    """Say whether the workaround helped; an agent for whom it did says whose incident it is."""
    is_staff = actor.has_perm("problems.work")
    if incident is not None and not (is_staff or is_own(actor, incident)):
        raise NotAllowed(_("You may not speak for %(number)s.") % {"number": incident.number})
    held = problem.lock()
    if not is_known_error(held) or held.workaround_written_at is None:
        raise Refused(_("%(number)s has no workaround to try.") % {"number": held.number})
    now = timezone.now()
    WorkaroundUse.objects.update_or_create(
        problem=held, incident=incident, user=actor, defaults={"worked": worked, "used_at": now}
    )
    if worked and is_staff and held.workaround_verified_by_id is None and not actor.is_bot:
        held.workaround_verified_by = actor
    _count(held)
    data = {
        "incident": incident.pk if incident else None,
        "number": incident.number if incident else "",
        "worked": worked,
        "by_caller": not is_staff,
    }
    events.publish("problem.workaround_tried", held, actor=actor, data=data)
    if incident is not None and worked and _is_to_be_linked(incident, actor):
        return link_incident(problem=held, incident=incident, actor=actor)
    return held


def _is_to_be_linked(incident: Ticket, actor: User) -> bool:
    has_problem = Problem.objects.filter(incidents_of_problem=incident.pk).exists()
    return may_work(actor, incident, "problems.work") and not has_problem


def _count(problem: Problem) -> None:
    """Count what was said since the workaround was last put in other words."""
    uses = WorkaroundUse.objects.filter(
        problem=problem.pk, used_at__gte=problem.workaround_written_at
    )
    counts = dict(uses.order_by().values_list("worked").annotate(Count("pk")))
    problem.workaround_successes = counts.get(True, 0)
    problem.workaround_failures = counts.get(False, 0)
    problem.workaround_last_used_at = timezone.now()
    columns = ("successes", "failures", "last_used_at", "verified_by")
    problem.save(update_fields=[f"workaround_{each}" for each in columns])


@transaction.atomic
def say_me_too(*, problem: Problem, actor: User) -> Problem:
    """Say that one has the trouble too, without reporting it; said again, nothing happens."""
    _made, is_new = Sufferer.objects.get_or_create(problem=problem, user=actor)
    return _told(problem, actor, "sufferer_joined") if is_new else problem


@transaction.atomic
def take_me_too_back(*, problem: Problem, actor: User) -> Problem:
    """Say that one has the trouble no more."""
    is_gone = Sufferer.objects.filter(problem=problem.pk, user=actor).delete()[0]
    return _told(problem, actor, "sufferer_departed") if is_gone else problem


def _told(problem: Problem, actor: User, word: str) -> Problem:
    held = problem.lock()
    events.publish(f"problem.{word}", held, actor=actor)
    return weigh(problem=held, actor=actor)
