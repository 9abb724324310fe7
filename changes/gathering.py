"""What the gate needs to know of a change at this moment."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from changes import selectors
from changes.conflicts import BLOCKS, Neighbourhood, Pane, Plot, conflicts_of
from changes.gate import Budget, Decision, Inputs, OpenIncident, decide
from changes.knowing import HORIZON, Known, Shown, known_of
from changes.models import Change, ChangeTemplate, ChangeType, Evidence, GatePolicy
from changes.windows import Span
from itsm.approvals.models import Approval
from itsm.sla.selectors import standing_among

APPROVED = Approval.State.APPROVED


def decision_for(
    change: Change,
    *,
    now: datetime,
    policy: GatePolicy | None = None,
    permit: str = "valid",
    known: Known | None = None,
) -> Decision:
    """May this change go out now, with a permit that stands so?"""
    known = known or known_of(change, now=now)
    policy = policy or known.policy
    inputs = inputs_for(change, now=now, policy=policy, permit=permit, known=known)
    return decide(inputs, policy.values)


def inputs_for(
    change: Change,
    *,
    now: datetime,
    policy: GatePolicy | None = None,
    permit: str = "valid",
    known: Known | None = None,
) -> Inputs:
    """Everything the decision depends on."""
    known = known or known_of(change, now=now)
    policy = policy or known.policy
    plot = _plot_now(change, known, now)
    # The database has found those that concern it; the rule has the last word.
    concerned = [each for each in known.panes if each.concerns(plot)]
    standing = selectors.standing_of(known.evidence)
    granted = {purpose for purpose, word in known.words.items() if word == APPROVED}
    return Inputs(
        is_stopped=policy.is_stopped,
        is_service_locked=known.is_locked,
        permit=permit,
        tier=known.tier,
        budget=_budget(known, now, closed=known.tier in policy.values.closed_tiers),
        state=change.state if not change.on_hold else "on_hold",
        missing_evidence=tuple(selectors.lacking(known.wanted, standing)),
        failed_evidence=tuple(_failed(standing)),
        freezes=tuple(sorted(each.name for each in concerned if _freezes(each, plot, now))),
        is_emergency=change.type == ChangeType.EMERGENCY,
        is_exempt=known.is_freeze_exempt,
        outside_window_until=_opens_at([each for each in concerned if not each.is_freeze], now),
        running_conflicts=_running(known, plot),
        incidents=tuple(
            OpenIncident(number, priority, is_major=is_major, is_fixed_by_this=is_fixed)
            for number, priority, is_major, is_fixed in known.grave
        ),
        is_approved=_is_preapproved(change, known) or "authorize" in granted,
        granted=frozenset(granted),
        risk=change.risk_band,
    )


def _failed(standing: Iterable[Shown]) -> list[str]:
    failed = [each for each in standing if each.outcome == Evidence.Outcome.FAILED]
    return sorted({f"{each.kind}: {each.name}" for each in failed})


def _is_preapproved(change: Change, known: Known) -> bool:
    """Whether its template has earned that nobody need be asked, and has not lost it since."""
    if change.type != ChangeType.STANDARD:
        return False
    return known.standing in (None, ChangeTemplate.Standing.ACTIVE)


def _plot_now(change: Change, known: Known, now: datetime) -> Plot:
    """The change as if it began now, whatever it was planned for."""
    planned = selectors.planned_span(change)
    length = planned.end - planned.start if planned else timedelta(minutes=1)
    return Plot(
        number=change.number,
        span=Span(now, now + length),
        type=change.type,
        environment=change.environment,
        state=change.state,
        service_id=change.service_id,
        tier=known.tier,
        items=known.items,
        assignee_id=change.assignee_id,
    )


def _freezes(pane: Pane, plot: Plot, now: datetime) -> bool:
    covers = any(each.start <= now < each.end for each in pane.spans)
    return pane.is_freeze and covers and plot.type not in pane.exempt


def _opens_at(windows: list[Pane], now: datetime) -> datetime | None:
    """When the next maintenance window opens; None when one is open or none is asked for."""
    closed = [each for each in windows if not any(one.start <= now < one.end for one in each.spans)]
    if not closed:
        return None
    starts = [one.start for each in closed for one in each.spans if one.start > now]
    return min(starts, default=(now + HORIZON).replace(hour=0, minute=0, second=0, microsecond=0))


def _running(known: Known, plot: Plot) -> tuple[str, ...]:
    """What is under way on the same things: of all that may be in the way, only that blocks."""
    found = conflicts_of(plot, others=known.running, panes=(), near=Neighbourhood())
    return tuple(sorted({each.other for each in found if each.severity == BLOCKS}))


def _budget(known: Known, now: datetime, *, closed: bool) -> Budget:
    """How the service stands to its objectives; where it has none, there is no budget to know.

    What heals what burns is not kept from it by the budget that burns.
    """
    if known.heals:
        return Budget()
    standing = standing_among(known.objectives, now=now)
    return Budget(
        left=standing.left,
        burn=standing.burn,
        fails_open=not (closed and standing.has_objectives),
        is_partly_unknown=standing.is_partly_unknown,
    )
