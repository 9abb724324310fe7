"""What the gate needs to know of a change at this moment."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from changes import gatekeeping, selectors
from changes.conflicts import BLOCKS, Pane, Plot, conflicts_of
from changes.gate import Budget, Decision, Inputs, OpenIncident, decide
from changes.models import Change, ChangeTemplate, ChangeType, Evidence, GatePolicy
from changes.windows import Span
from itsm.approvals.models import Approval
from itsm.inventory.selectors import upstream_of
from itsm.sla.selectors import Standing, standing_of
from itsm.tickets.models import OPEN_PHASES, Link, Priority, Ticket

HORIZON = timedelta(days=60)
# Whoever delivers waits for this, and to read the long texts of others takes its time.
PLOTTED = (
    *("number", "planned_start", "planned_end", "type", "environment", "state"),
    *("assignee_id", "service_id", "service__tier"),
)
MOST_INCIDENTS = 50


def decision_for(
    change: Change, *, now: datetime, policy: GatePolicy | None = None, permit: str = "valid"
) -> Decision:
    """May this change go out now, with a permit that stands so?"""
    policy = policy or gatekeeping.gate_policy()
    return decide(inputs_for(change, now=now, policy=policy, permit=permit), policy.values)


def inputs_for(
    change: Change, *, now: datetime, policy: GatePolicy | None = None, permit: str = "valid"
) -> Inputs:
    """Everything the decision depends on, gathered in a few statements."""
    policy = policy or gatekeeping.gate_policy()
    plot = _plot_now(change, now)
    panes = selectors.panes(Span(now, now + HORIZON), about=plot)
    concerned = [each for each in panes if each.concerns(plot)]
    leaves = _leaves(change)
    standing = selectors.standing_evidence(change)
    tier = change.service.tier if change.service else None
    return Inputs(
        is_stopped=policy.is_stopped,
        is_service_locked=gatekeeping.is_locked(policy, change),
        permit=permit,
        tier=tier,
        budget=_budget(change, now, closed=tier in policy.values.closed_tiers),
        state=change.state if not change.on_hold else "on_hold",
        missing_evidence=tuple(selectors.missing_evidence(change, standing)),
        failed_evidence=tuple(_failed(standing)),
        freezes=tuple(sorted(each.name for each in concerned if _freezes(each, plot, now))),
        is_emergency=change.type == ChangeType.EMERGENCY,
        is_exempt=bool(
            change.template_version and change.template_version.template.is_freeze_exempt
        ),
        outside_window_until=_opens_at([each for each in concerned if not each.is_freeze], now),
        running_conflicts=_running(change, plot),
        incidents=_incidents(change),
        is_approved=_is_preapproved(change) or "authorize" in leaves,
        granted=frozenset(leaves),
        risk=change.risk_band,
    )


def _failed(standing: list[Evidence]) -> list[str]:
    failed = [each for each in standing if each.outcome == Evidence.Outcome.FAILED]
    return sorted({f"{each.kind}: {each.name}" for each in failed})


def _is_preapproved(change: Change) -> bool:
    """Whether its template has earned that nobody need be asked, and has not lost it since."""
    version = change.template_version
    if change.type != ChangeType.STANDARD:
        return False
    return version is None or version.template.standing == ChangeTemplate.Standing.ACTIVE


def _plot_now(change: Change, now: datetime) -> Plot:
    """The change as if it began now, whatever it was planned for."""
    items = list(change.configuration_items.order_by().values_list("pk", flat=True))
    planned = selectors.plot_of(change, items=items)
    length = planned.span.end - planned.span.start if planned else timedelta(minutes=1)
    return Plot(
        number=change.number,
        span=Span(now, now + length),
        type=change.type,
        environment=change.environment,
        state=change.state,
        service_id=change.service_id,
        tier=change.service.tier if change.service else None,
        items=frozenset(items),
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


def _running(change: Change, plot: Plot) -> tuple[str, ...]:
    running = selectors.on_calendar(plot.span).filter(state="implement").exclude(pk=change.pk)
    rows = running.only(*PLOTTED)
    others = [each for one in rows if (each := selectors.plot_of(one)) is not None]
    if not others:
        return ()
    found = conflicts_of(plot, others=others, panes=(), near=selectors.neighbourhood_of(plot))
    return tuple(sorted({each.other for each in found if each.severity == BLOCKS}))


def _incidents(change: Change) -> tuple[OpenIncident, ...]:
    """What burns on the service or on what it needs."""
    if change.service is None:
        return ()
    services = {change.service.pk, *upstream_of(change.service)}
    grave = Q(priority__lte=Priority.HIGH) | Q(incident__major=True)
    found: Any = Ticket.objects.filter(
        grave, service__in=services, kind="incident", phase__in=OPEN_PHASES
    )
    facts = found.order_by("priority", "pk").values_list(
        "pk", "number", "priority", "incident__major"
    )
    if not (rows := list(facts[:MOST_INCIDENTS])):
        return ()
    links = Link.objects.filter(to_ticket=change.pk, sort=Link.Sort.FIXED_BY)
    fixed = set(links.values_list("from_ticket", flat=True))
    return tuple(
        OpenIncident(number, priority, is_major=is_major, is_fixed_by_this=pk in fixed)
        for pk, number, priority, is_major in rows
    )


def _budget(change: Change, now: datetime, *, closed: bool) -> Budget:
    """How the service stands to its objectives; where it has none, there is no budget to know."""
    standing = standing_of(change.service, now=now) if change.service else Standing()
    return Budget(
        left=standing.left,
        burn=standing.burn,
        fails_open=not (closed and standing.has_objectives),
        is_partly_unknown=standing.is_partly_unknown,
    )


def _leaves(change: Change) -> set[str]:
    """The purposes for which leave stands: the latest word on each counts."""
    asked = Approval.objects.filter(ticket=change.pk).order_by("pk")
    latest: dict[str, str] = dict(asked.values_list("purpose", "state"))
    return {purpose for purpose, state in latest.items() if state == Approval.State.APPROVED}
