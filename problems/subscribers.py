"""How problems react to the rest of the house."""

from itsm.approvals.actions import void
from itsm.core.models import Event
from itsm.core.subscribers import Moment, on
from itsm.inventory.models import Service
from itsm.notifications.audience import outsiders
from itsm.notifications.topics import Why
from itsm.people.models import User
from itsm.people.selectors import system_user
from itsm.tickets.models import Ticket
from problems import actions
from problems.actions.risking import PURPOSE
from problems.models import Problem
from problems.selectors import sufferers_of


@on("problem.risk_proposed", moment=Moment.INSIDE)
def ask_to_accept(proposed: list[Event]) -> None:
    """Ask whoever may accept the risk."""
    for event in proposed:
        actions.ask_to_accept(problem=_problem(event), actor=_actor(event))


@on("problem.edited", "problem.assigned", moment=Moment.INSIDE)
def ask_anew(changed: list[Event]) -> None:
    """What is judged must be what was asked about."""
    for event in changed:
        actions.drop_stale_question(problem=_problem(event), actor=_actor(event))


@on("problem.fix_started", "problem.resolved", moment=Moment.INSIDE)
def ask_no_more(moved: list[Event]) -> None:
    """What is being fixed, or is fixed, is no risk to be accepted."""
    for event in moved:
        void(ticket=_problem(event), actor=_actor(event), purposes=[PURPOSE])


@on("approval.granted", moment=Moment.INSIDE)
def accept_risk(granted: list[Event]) -> None:
    """Somebody has agreed to live with it."""
    asked = [each for each in granted if each.data["purpose"] == PURPOSE]
    found = Problem.objects.filter(pk__in=[each.data["ticket"] for each in asked])
    for problem in found.filter(state__in=("rca", "fix_in_progress")).order_by("pk"):
        actions.accept_risk(problem, actor=system_user())


@on(
    *("incident.resolved", "incident.reopened", "incident.closed", "incident.canceled"),
    *("incident.problem_noted", "incident.edited"),
    moment=Moment.AFTER,
    columns=("problem_id",),
)
def weigh(event: Event) -> None:
    """What an incident costs has changed, or whose it is."""
    pair = event.data.get("diff", {}).get("problem_id", ())
    concerned = {each for each in pair if each}
    behind = Problem.objects.filter(incidents_of_problem=event.subject_id)
    for problem in (behind | Problem.objects.filter(pk__in=concerned)).distinct().order_by("pk"):
        actions.weigh(problem=problem, actor=system_user())


@on("incident.alerts_joined", "incident.problem_noted", moment=Moment.AFTER, coalesces=True)
def know_by_alerts(event: Event) -> None:
    """Know a problem again by the alerts of its incidents."""
    incident = Ticket.objects.filter(pk=event.subject_id).first()
    if incident is not None:
        actions.note_alerts(incident=incident)


@on(
    *("incident.opened", "incident.alerts_joined", "incident.edited"),
    moment=Moment.AFTER,
    columns=("title", "description", "service_id", "configuration_items"),
    coalesces=True,
)
def recognise(event: Event) -> None:
    """Look whether what is told of an incident, or what is new of it, fits a known error."""
    incident = Ticket.objects.filter(pk=event.subject_id).first()
    if incident is not None and incident.is_open():
        actions.find_known_errors(incident=incident)


@on(
    *("problem.workaround_published", "problem.cause_published"),
    *("problem.recurred", "problem.reanalyzed", "problem.risk_expired"),
    moment=Moment.AFTER,
)
def look_for_incidents(event: Event) -> None:
    """A known error is new, or is back: open incidents may come from it."""
    problem = Problem.objects.filter(pk=event.subject_id, known_error_at__isnull=False).first()
    if problem is not None:
        actions.find_incidents_of(problem=problem)


@on(
    *("problem.unpublished", "problem.resolved", "problem.duplicated", "problem.canceled"),
    moment=Moment.INSIDE,
)
def show_no_more(ended: list[Event]) -> None:
    """What is withdrawn, or over, is shown to nobody any more."""
    for event in ended:
        actions.forget_known_error(problem=_problem(event))


@on("problem.recurred", "problem.closed", moment=Moment.INSIDE)
def judge_actions(told: list[Event]) -> None:
    """Whether what was done so that it does not come back was of any use."""
    for event in told:
        came_back = event.name == "problem.recurred"
        actions.judge_actions(problem=_problem(event), came_back=came_back, actor=system_user())


@on("breaker.opened", moment=Moment.AFTER)
def suspect_runbook(event: Event) -> None:
    """A runbook that does not help any more makes a candidate."""
    service = Service.objects.filter(pk=event.data["service"]).first()
    actions.note_breaker(
        runbook=event.data["runbook"],
        target=event.data["target"],
        service=service,
        now=event.happened_at,
    )


@outsiders.add("sufferers")
def hear_of_fix_of_trouble(_event: Event, ticket: Ticket) -> list[tuple[int | None, Why]]:
    """Those who said "me too" of a known error."""
    return [(pk, Why.HIT) for pk in sufferers_of(ticket)] if ticket.kind == "problem" else []


@on("change.closed", moment=Moment.INSIDE)
def hear_of_fix(closed: list[Event]) -> None:
    """A change that was to fix a problem is closed."""
    for event in closed:
        change = Ticket.objects.get(pk=event.subject_id)
        actions.note_fix(change=change, actor=_actor(event))


def _problem(event: Event) -> Problem:
    related = Problem.objects.select_related("service", "team", "assignee")
    found: Problem = related.get(pk=event.subject_id)
    return found


def _actor(event: Event) -> User:
    return event.actor if isinstance(event.actor, User) else system_user()
