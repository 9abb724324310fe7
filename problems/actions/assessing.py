"""Whose a problem is, and whether it is one."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core import events
from itsm.core.errors import Invalid, Refused
from itsm.people.models import Team, User
from itsm.tickets.actions.assigning import GIVE_BACK_FIELDS, GIVE_FIELDS, give, give_back
from itsm.tickets.actions.tasks import cancel_tasks
from itsm.tickets.fields import Field, Person, TicketNumber
from itsm.tickets.models import Link, Watcher
from itsm.tickets.selectors import ticket_for
from problems.actions.opening import check_coordinator
from problems.actions.weighing import note_fingerprints, weigh
from problems.models import Problem, ResolutionCode
from problems.selectors import incidents_of
from problems.workflow import OPEN, workflow


@workflow.transition(
    "assign",
    label=_l("Assign"),
    source=OPEN,
    target=None,
    event="problem.assigned",
    needs="problems.work",
    fields=GIVE_FIELDS,
)
def assign(
    problem: Problem, *, actor: User, team: Team | None = None, assignee: User | None = None
) -> None:
    """Give the problem to a team or a coordinator; once assessed it always has a coordinator."""
    check_coordinator(assignee, field="assignee")
    give(problem, team=team, assignee=assignee)
    if problem.state != "new" and problem.assignee is None:
        raise Invalid(_("Name who coordinates it from now on."), field="assignee")


@workflow.transition(
    "unassign",
    label=_l("Unassign"),
    source=["new"],
    target=None,
    event="problem.unassigned",
    needs="problems.work",
    fields=GIVE_BACK_FIELDS,
)
def unassign(problem: Problem, *, actor: User, team: bool = False) -> None:
    """Give the problem back: nobody has it until somebody takes it."""
    give_back(problem, team=team)


@workflow.transition(
    "assess",
    label=_l("Assess"),
    source=["new"],
    target="assess",
    event="problem.assessed",
    needs="problems.work",
    fields=[
        Person(
            name="coordinator",
            label=_l("Who coordinates it"),
            help=_l("Its assignee, or else yourself, when left out."),
        )
    ],
)
def assess(problem: Problem, *, actor: User, coordinator: User | None = None) -> None:
    """Look whether it is a problem; from now on somebody coordinates it."""
    chosen = coordinator or problem.assignee or (None if actor.is_bot else actor)
    if chosen is None:
        raise Refused(
            _("Say who coordinates %(number)s.") % {"number": problem.number}, field="coordinator"
        )
    check_coordinator(chosen, field="coordinator")
    problem.assignee = chosen
    problem.assigned_at = problem.assigned_at or timezone.now()


@workflow.transition(
    "confirm",
    label=_l("Confirm"),
    source=["assess"],
    target="rca",
    event="problem.confirmed",
    needs="problems.work",
)
def confirm(problem: Problem, *, actor: User) -> None:
    """It is one: look for its cause."""


@workflow.transition(
    "cancel",
    label=_l("Not a problem"),
    source=["assess"],
    target="canceled",
    event="problem.canceled",
    needs="problems.work",
    fields=[Field(name="reason", label=_l("Why"), required=True, max_length=500)],
)
def cancel(problem: Problem, *, actor: User, reason: str) -> None:
    """It is none."""
    problem.resolution_code = ResolutionCode.NOT_A_PROBLEM
    problem.cancel_reason = reason
    problem.closed_at = timezone.now()
    cancel_tasks(ticket=problem, actor=actor)


@workflow.transition(
    "duplicate",
    label=_l("Duplicate"),
    source=["assess"],
    target="closed",
    event="problem.duplicated",
    needs="problems.work",
    fields=[
        TicketNumber(name="duplicate_of", label=_l("Duplicate of"), required=True, is_held=True)
    ],
)
def duplicate(problem: Problem, *, actor: User, duplicate_of: str) -> None:
    """It is one that is known already: what is linked to it, and who watches it, moves there."""
    original = _original(problem, actor, duplicate_of)
    incidents = list(incidents_of(problem).values_list("pk", flat=True))
    for each in incidents:
        data = {"incident": each, "moved_from": problem.number}
        events.publish("problem.incident_linked", original, actor=actor, data=data)
    note_fingerprints(problem=original, incidents=incidents)
    _move_links(problem, original)
    problem.resolution_code = ResolutionCode.DUPLICATE
    problem.closed_at = timezone.now()
    problem.open_incidents = problem.minutes_lost = 0
    cancel_tasks(ticket=problem, actor=actor)
    weigh(problem=original, actor=actor)


def _original(problem: Problem, actor: User, number: str) -> Problem:
    other = ticket_for(actor, number)
    original = Problem.objects.filter(pk=other.pk).first()
    is_over = original is not None and original.resolution_code in (
        ResolutionCode.DUPLICATE,
        ResolutionCode.NOT_A_PROBLEM,
    )
    if original is None or original.pk == problem.pk or is_over:
        raise Invalid(
            _("%(number)s cannot be the original.") % {"number": number}, field="duplicate_of"
        )
    locked: Problem = original.lock()
    return locked


def _move_links(problem: Problem, original: Problem) -> None:
    """Move its links to other records, those between the two left out."""
    for link in problem.links_out.exclude(to_ticket=original.pk):
        Link.objects.get_or_create(
            from_ticket_id=original.pk, to_ticket_id=link.to_ticket_id, sort=link.sort
        )
        link.delete()
    for link in problem.links_in.exclude(from_ticket=original.pk):
        Link.objects.get_or_create(
            from_ticket_id=link.from_ticket_id, to_ticket_id=original.pk, sort=link.sort
        )
        link.delete()
    Link.objects.get_or_create(
        from_ticket_id=problem.pk, to_ticket_id=original.pk, sort=Link.Sort.DUPLICATE_OF
    )
    people = sorted(problem.watchers.values_list("user_id", flat=True))
    Watcher.objects.bulk_create(
        [Watcher(ticket_id=original.pk, user_id=each) for each in people], ignore_conflicts=True
    )
