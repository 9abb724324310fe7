"""Questions about runs: who may see them, which hold what, and what they have used up."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.approvals.selectors import votes_open_to
from itsm.automation.breaking import MOST_FAILURES, counted_since, most_of_fleet
from itsm.automation.models import (
    AT_WORK,
    NOT_VERIFIED,
    Breaker,
    KillSwitch,
    Run,
    Runbook,
    RunBudget,
    RunLine,
    RunState,
    RunStep,
    WaitsFor,
)
from itsm.core.errors import NotFound
from itsm.core.kept_questions import kept_question
from itsm.inventory.models import ConfigurationItem
from itsm.monitoring.models import Alert, Status
from itsm.people.models import User
from itsm.people.readers import Sort, one_of, sort_of
from itsm.tickets.models import OPEN_PHASES, Ticket
from itsm.tickets.selectors import visible_tickets

HOUR = timedelta(hours=1)
USUAL_BUDGET = {1: 3, 2: 4, 3: 6, 4: 10}
USUAL_SHARE = 10
# What is held back fires all the same.
FIRING = (
    *(Status.FIRING, Status.ACKED, Status.FLAPPING, Status.RECOVERING),
    *(Status.SUPPRESSED, Status.EXPIRED),
)
# Where a mistake harms nobody outside the house.
HARMLESS = frozenset({"staging", "test", "testing", "development", "dev", "qa"})


def visible_runs(user: User) -> QuerySet[Run]:
    """The runs staff may see: all but those of tickets that are kept from them."""
    runs = Run.objects.select_related("runbook", "version", "ticket", "service", "requested_by")
    if not user.has_perm("tickets.view_all"):
        return runs.none()
    seen = visible_tickets(user, Ticket).select_related(None).order_by().values("pk")
    secret = Ticket.objects.filter(confidential=True).exclude(pk__in=seen).order_by()
    return runs.exclude(ticket__in=secret.values("pk"))


def run_for(user: User, pk: int) -> Run:
    """The run with this number; NotFound when there is none this person may see."""
    run = visible_runs(user).filter(pk=pk).first() if pk < 2**63 else None
    if run is None:
        raise NotFound(_("There is no such run."))
    return run


def run_of(pk: int) -> Run | None:
    """The run with this number, for the house itself."""
    runs = Run.objects.select_related("runbook", "version__runbook", "ticket", "service")
    return runs.filter(pk=pk).first()


def breaker_of(pk: int) -> Breaker | None:
    """The breaker with this number, for the house itself."""
    return Breaker.objects.select_related("runbook").filter(pk=pk).first()


def runs_of(user: User, ticket: Ticket, *, most: int) -> list[Run]:
    """The newest runs of a ticket."""
    return _newest_runs(user.pk, ticket.pk, sort=sort_of(user), most=most)


@kept_question
def _newest_runs(user: int, ticket: int, *, sort: Sort, most: int) -> QuerySet[Run]:
    runs = visible_runs(one_of(sort, user)).filter(ticket=ticket)
    return runs.order_by("-pk")[:most]


def runbooks_of_runs(pks: Collection[int]) -> dict[int, str]:
    """What each of these runs is a run of."""
    if not pks:
        return {}
    return dict(Run.objects.filter(pk__in=pks).order_by().values_list("pk", "runbook__name"))


def lines_after(run: Run, line_id: int) -> QuerySet[RunLine]:
    """What a run has said since a line."""
    return RunLine.objects.filter(run=run, pk__gt=line_id).order_by("pk")


def last_words_of(run: Run, *, most: int = 20) -> list[str]:
    """The end of a run's log."""
    newest = RunLine.objects.filter(run=run).order_by("-pk").values_list("text", flat=True)[:most]
    return list(newest)[::-1]


def steps_of(run: Run) -> QuerySet[RunStep]:
    """What a run has begun, in order."""
    return RunStep.objects.filter(run=run).select_related("settled_by").order_by("pk")


def is_stopped() -> bool:
    """Whether the kill switch is on."""
    return KillSwitch.objects.filter(is_on=True).exists()


def switch() -> KillSwitch:
    """The kill switch as it stands."""
    return KillSwitch.objects.select_related("pressed_by").first() or KillSwitch(pk=1)


def holder_of(target: str, *, without: int) -> Run | None:
    """The run that holds a target, if another does."""
    return Run.objects.filter(target=target, state__in=AT_WORK).exclude(pk=without).first()


def at_work_of(run: Run) -> int:
    """How many runs of the same runbook are at work beside it."""
    return Run.objects.filter(runbook=run.runbook_id, state__in=AT_WORK).exclude(pk=run.pk).count()


def budget_of(tier: int) -> tuple[int, int]:
    """How many runs an hour may heal services of a tier, and what share of one at a time."""
    found = RunBudget.objects.filter(tier=tier).first()
    if found is None:
        return USUAL_BUDGET.get(tier, 3), USUAL_SHARE
    return found.runs_an_hour, found.share_at_once


def healed_since(tier: int, since: datetime) -> QuerySet[Run]:
    """The healing runs of a tier begun since then, oldest first."""
    runs = Run.objects.filter(origin=Run.Origin.HEALING, tier=tier, started_at__gt=since)
    return runs.order_by("started_at")


def targets_at_work(service_id: int, *, beside: str) -> int:
    """How many other targets of a service are being worked on."""
    runs = Run.objects.filter(service=service_id, state__in=AT_WORK).exclude(target=beside)
    return runs.values("target").distinct().count()


def targets_allowed(service_id: int, share: int) -> int:
    """How many targets of a service may be worked on at once."""
    fleet = ConfigurationItem.objects.filter(service=service_id).count()
    return max(1, fleet * share // 100)


def last_end_of(run: Run) -> datetime | None:
    """When the runbook last worked on this target."""
    ended = Run.objects.filter(
        runbook=run.runbook_id, target=run.target, worked_at__isnull=False, ended_at__isnull=False
    )
    newest = ended.exclude(pk=run.pk).order_by("-pk").values_list("ended_at", flat=True)
    return newest.first()


def failures_of(breaker: Breaker, now: datetime) -> int:
    """How many runs were not verified lately, as this breaker counts.

    That of all healing counts the targets: one that fails again and again says nothing of others.
    """
    standing_from = counted_since(breaker.standing, now)
    runs = Run.objects.filter(state__in=NOT_VERIFIED, ended_at__gt=standing_from)
    if breaker.runbook_id is None:
        healing = runs.filter(origin=Run.Origin.HEALING)
        return healing.order_by().values("target").distinct().count()
    runs = runs.filter(runbook=breaker.runbook_id)
    return (runs.filter(target=breaker.target) if breaker.target else runs).count()


def failures_allowed(breaker: Breaker) -> int:
    """How many failures open this breaker."""
    if breaker.runbook_id is None:
        return most_of_fleet(ConfigurationItem.objects.count())
    return MOST_FAILURES


def is_healthy_by_alerts(run: Run) -> bool | None:
    """Whether no alert of the run's ticket fires; None where there is none to go by."""
    if run.ticket_id is None:
        return None
    states = set(Alert.objects.filter(incident=run.ticket_id).values_list("status", flat=True))
    return not states & set(FIRING) if states else None


def is_ticket_open(run: Run) -> bool:
    """Whether the record a run is for is still open."""
    if run.ticket_id is None:
        return False
    return bool(Ticket.objects.filter(pk=run.ticket_id, phase__in=OPEN_PHASES).exists())


def is_in_production(run: Run) -> bool:
    """Whether a mistake of the run would be felt; what is not known is taken for production."""
    named = str(run.parameters.get("environment", "")).lower()
    if not named:
        items = ConfigurationItem.objects.filter(name=run.target)
        named = (items.values_list("environment", flat=True).first() or "").lower()
    return named not in HARMLESS


def is_being_healed(ticket: Ticket) -> bool:
    """Whether a run is at work that will say by itself whether the ticket's trouble is over."""
    return Run.objects.filter(
        ticket=ticket.pk, origin=Run.Origin.HEALING, state__in=AT_WORK, samples_needed__gt=0
    ).exists()


def is_verified_for(ticket: Ticket) -> bool:
    """Whether a run has been seen to heal the ticket's trouble."""
    healed = Run.objects.filter(ticket=ticket.pk, state=RunState.VERIFIED, healthy__gte=3)
    return healed.filter(origin=Run.Origin.HEALING).exists()


def open_to(run: Run, user: User) -> frozenset[str]:
    """The words this person may say to a run now."""
    words: set[str] = set()
    may_run = user.has_perm("runbooks.run")
    if run.is_waiting and may_run:
        words |= {"skip"}
        is_for_trial = run.state == RunState.BLOCKED and not run.is_supervised
        words |= {"accept"} if run.state == RunState.PROPOSED or is_for_trial else set()
    if run.state == RunState.AWAITING_APPROVAL or run.waits_for == WaitsFor.APPROVAL:
        words |= {"approve", "reject"} if _may_give_leave(run, user) else set()
    if run.waits_for in (WaitsFor.WORD, WaitsFor.PERSON) and may_run:
        words |= {"done", "undone"}
    if run.state in AT_WORK and may_run and run.waits_for != WaitsFor.WORD and not run.is_stopped:
        words |= {"abort"}
    return frozenset(words)


def _may_give_leave(run: Run, user: User) -> bool:
    if run.ticket_id is None:
        is_barred = user.pk in {run.requested_by_id, run.accepted_by_id, run.version.created_by_id}
        return user.has_perm("runbooks.manage") and not is_barred
    asked = votes_open_to(user).filter(stage__approval__ticket=run.ticket_id)
    return asked.filter(stage__approval__purpose__startswith=f"run-{run.pk}").exists()


def runs_waiting_for_people(user: User) -> QuerySet[Run]:
    """The runs that do not go on without somebody's word."""
    wanting = Q(state__in=(RunState.PROPOSED, RunState.AWAITING_APPROVAL), due_at__isnull=True)
    return visible_runs(user).filter(wanting | ~Q(waits_for="")).order_by("-pk")


def under_way(runbook: Runbook, target: str, ticket: Ticket) -> Run | None:
    """The run of a runbook for a record that is not over yet, if there is one."""
    runs = Run.objects.filter(runbook=runbook, target=target, ticket=ticket.pk, ended_at=None)
    return runs.order_by("pk").first()


def run_asked_about(purpose: str) -> int | None:
    """The run that leave of this purpose is about, if it is about one."""
    word, _dash, rest = purpose.partition("-")
    pk = rest.partition("-")[0]
    return int(pk) if word == "run" and pk.isdecimal() else None


def owed_since(patience: timedelta) -> bool:
    """Whether a run has been due for so long and nobody is at it."""
    before = timezone.now() - patience
    return Run.objects.filter(due_at__lte=before, claim__isnull=True).exists()


def not_closed_breakers() -> QuerySet[Breaker]:
    """The breakers that keep runs back."""
    return (
        Breaker.objects.exclude(state=Breaker.State.CLOSED)
        .select_related("runbook", "trial")
        .order_by("-opened_at", "pk")
    )
