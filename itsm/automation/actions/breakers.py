"""Opening and closing breakers after runs, and telling of it."""

from datetime import datetime

from django.db.models import F, Q

from itsm.automation import breaking
from itsm.automation.models import NOT_VERIFIED, Breaker, Run, RunState
from itsm.automation.selectors import runs as selectors
from itsm.core import events
from itsm.people.models import User


def pass_breakers(run: Run, now: datetime) -> Breaker | None:
    """The first breaker that keeps a run back; half-open ones take a supervised run as a trial."""
    breakers = _hold(run)
    for each in breakers:
        each.stand(breaking.at(each.standing, now))
        if each.state == Breaker.State.OPEN:
            return each
        if each.state == Breaker.State.HALF_OPEN and (
            not run.is_supervised or each.trial_id not in (None, run.pk)
        ):
            return each
    for each in breakers:
        if each.state == Breaker.State.HALF_OPEN:
            each.trial = run
            each.save()
    return None


def note_end(run: Run, *, actor: User, now: datetime) -> None:
    """Count how a run ended; called when its state is written already."""
    for each in _hold(run):
        before = each.state
        is_trial = each.trial_id == run.pk
        standing = breaking.at(each.standing, now)
        if run.state in NOT_VERIFIED:
            standing = breaking.after_failure(
                standing,
                failures=selectors.failures_of(each, now),
                is_trial=is_trial,
                now=now,
                most=selectors.failures_allowed(each),
            )
        elif run.state == RunState.VERIFIED:
            standing = breaking.after_success(standing, is_trial=is_trial, now=now)
        if is_trial:
            each.trial = None
        if standing == each.standing and not is_trial:
            continue
        each.stand(standing)
        if each.state == Breaker.State.OPEN and before != Breaker.State.OPEN:
            each.opened_at = now
        each.save()
        if each.state != before:
            _tell(each, run, actor)


def _hold(run: Run) -> list[Breaker]:
    """The breakers of a run, that of its target first, held: failures are counted one by one.

    What heals stands behind the one of all healing as well.
    """
    names = (run.target, "")
    wanted = [Breaker(runbook_id=run.runbook_id, target=each) for each in names]
    mine = Q(runbook=run.runbook_id, target__in=names)
    if run.origin == Run.Origin.HEALING:
        wanted.append(Breaker(runbook=None))
        mine |= Q(runbook=None)
    Breaker.objects.bulk_create(wanted, ignore_conflicts=True)
    found = Breaker.objects.select_for_update(of=("self",)).filter(mine)
    return list(found.order_by(F("runbook").asc(nulls_last=True), "-target"))


def _tell(breaker: Breaker, run: Run, actor: User) -> None:
    data = {
        "runbook": breaker.name,
        "target": breaker.target,
        "run": run.pk,
        "ticket": run.ticket_id,
        "service": run.service_id,
        "until": breaker.until.isoformat() if breaker.until else "",
    }
    if breaker.state == Breaker.State.OPEN:
        events.publish("breaker.opened", breaker, actor=actor, data=data)
    elif breaker.state == Breaker.State.CLOSED:
        events.publish("breaker.closed", breaker, actor=actor, data=data)
