"""Whether a run may begin: every check in its order, under one lock that all runs share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from itsm.automation.actions.breakers import pass_breakers
from itsm.automation.actions.ending import finish
from itsm.automation.actions.stepping import held
from itsm.automation.actions.telling import tell
from itsm.automation.gates import gates
from itsm.automation.models import KillSwitch, Obstacle, Run, RunState
from itsm.automation.selectors import runs as selectors
from itsm.people.selectors import system_user

SOON = timedelta(seconds=10)
LATER = timedelta(minutes=1)


@dataclass(frozen=True)
class Hindrance:
    """What is in the way, why, and when to look again; never where there is no use in it."""

    obstacle: Obstacle
    why: str
    again_at: datetime | None


def try_to_begin(run: Run) -> Run:
    """Begin a run, or write down what is in its way."""
    # One at a time: two that judged side by side would each miss the other. The switch is taken
    # before the run, as by whoever presses it.
    with transaction.atomic():
        hold_switch()
        with held(run) as found:
            _judge(found)
        return found


def _judge(run: Run) -> None:
    now = timezone.now()
    hindrance = next(filter(None, (check(run, now) for check in CHECKS)), None)
    if hindrance is None:
        _begin(run, now)
    else:
        _hinder(run, hindrance, now)


def hold_switch() -> KillSwitch:
    """The kill switch, held for the rest of the transaction."""
    KillSwitch.objects.bulk_create([KillSwitch(pk=1)], ignore_conflicts=True)
    return KillSwitch.objects.select_for_update().get(pk=1)


def _begin(run: Run, now: datetime) -> None:
    run.state, run.obstacle, run.why = RunState.DRY_RUN, "", ""
    run.started_at, run.due_at = now, now
    run.save()
    tell(run, "started", actor=run.accepted_by or run.requested_by)
    run.refresh_from_db(fields=["change"])


def _hinder(run: Run, hindrance: Hindrance, now: datetime) -> None:
    was_told = run.obstacle == hindrance.obstacle
    run.obstacle = hindrance.obstacle
    if hindrance.obstacle == Obstacle.KILL_SWITCH:
        finish(run, RunState.ABORTED, why=hindrance.why, actor=system_user())
        return
    if hindrance.again_at is None or (run.gives_up_at and now >= run.gives_up_at):
        finish(run, RunState.SKIPPED, why=hindrance.why, actor=system_user())
        return
    run.state, run.why = RunState.BLOCKED, hindrance.why
    run.due_at = min(filter(None, (hindrance.again_at, run.gives_up_at)))
    run.save()
    if not was_told:
        tell(run, "blocked", actor=system_user(), obstacle=run.obstacle, why=run.why)


def _kill_switch(_run: Run, now: datetime) -> Hindrance | None:
    if not selectors.is_stopped():
        return None
    return Hindrance(Obstacle.KILL_SWITCH, _("The kill switch is on."), now)


def _breaker(run: Run, now: datetime) -> Hindrance | None:
    breaker = pass_breakers(run, now)
    if breaker is None:
        return None
    if breaker.until is not None and breaker.until > now:
        why = _("Its breaker is open: it has failed too often.")
        if breaker.runbook_id is None:
            why = _("All healing is stopped: it has failed on too much of the fleet.")
        return Hindrance(Obstacle.BREAKER, why, breaker.until)
    why = _("Its breaker is half open: a person has to try it once.")
    return Hindrance(Obstacle.BREAKER, why, now + LATER)


def _budget(run: Run, now: datetime) -> Hindrance | None:
    if run.origin != Run.Origin.HEALING:
        return None
    allowed, share = selectors.budget_of(run.tier)
    begun = list(
        selectors.healed_since(run.tier, now - selectors.HOUR).values_list("started_at", flat=True)
    )
    if len(begun) >= allowed:
        why = _("%(count)d runs healed services of this tier within an hour.")
        # Of more than are allowed, the one whose going makes room for this.
        first = begun[len(begun) - allowed] if allowed else now
        again_at = (first or now) + selectors.HOUR
        return Hindrance(Obstacle.BUDGET, why % {"count": len(begun)}, again_at)
    if run.service_id is None:
        return None
    at_work = selectors.targets_at_work(run.service_id, beside=run.target)
    if at_work >= selectors.targets_allowed(run.service_id, share):
        why = _("%(count)d parts of the service are being worked on already.")
        return Hindrance(Obstacle.BUDGET, why % {"count": at_work}, now + SOON)
    return None


def _lock(run: Run, now: datetime) -> Hindrance | None:
    holder = selectors.holder_of(run.target, without=run.pk)
    if holder is not None:
        why = _("Run %(run)d is at work on %(target)s.")
        told = {"run": holder.pk, "target": run.target}
        return Hindrance(Obstacle.LOCK, why % told, now + SOON)
    if selectors.at_work_of(run) >= run.version.definition.at_once:
        why = _("The runbook is at work elsewhere as often as it may be.")
        return Hindrance(Obstacle.LOCK, why, now + SOON)
    return None


def _cooldown(run: Run, now: datetime) -> Hindrance | None:
    if run.origin != Run.Origin.HEALING or run.is_supervised:
        return None
    last = selectors.last_end_of(run)
    if last is None or last + run.runbook.cooldown <= now:
        return None
    why = _("It worked on this target a moment ago.")
    return Hindrance(Obstacle.COOLDOWN, why, last + run.runbook.cooldown)


def _gate(run: Run, now: datetime) -> Hindrance | None:
    if not run.runbook.is_mutating:
        return None
    for gate in gates.values():
        if (found := gate(run)) is not None:
            return Hindrance(Obstacle.GATE, found.why, now + LATER)
    return None


def _preconditions(run: Run, _now: datetime) -> Hindrance | None:
    definition = run.version.definition
    wanted = set(definition.preconditions)
    if run.origin == Run.Origin.HEALING and run.ticket_id is not None:
        # There is nothing to heal where the trouble is over.
        wanted |= {"incident_open"}
        wanted |= {"alert_firing"} if definition.verification.by == "alert" else set()
    if "incident_open" in wanted and not selectors.is_ticket_open(run):
        return Hindrance(Obstacle.PRECONDITION, _("Its record is over."), None)
    if "alert_firing" in wanted and selectors.is_healthy_by_alerts(run) is not False:
        return Hindrance(Obstacle.PRECONDITION, _("No alert fires any more."), None)
    return None


Check = Callable[[Run, datetime], Hindrance | None]
CHECKS: Sequence[Check] = (
    *(_kill_switch, _breaker, _budget, _lock, _cooldown, _gate, _preconditions),
)
