"""What pipelines say, turned into deeds: changes opened and moved, results and deployments kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from changes import selectors
from changes.actions.assessing import assess
from changes.actions.bypassing import bypass
from changes.actions.delivering import (
    Delivered,
    Finding,
    add_evidence,
    register_deployment,
    tell_of_evidence,
    web_address,
)
from changes.actions.gate_calls import await_gate
from changes.actions.opening import Plan, open_change
from changes.actions.permitting import Artifact
from changes.actions.planning import lapse, revise, submit
from changes.actions.running import complete, start_with_permit
from changes.actions.tracing import (
    commits_of,
    find,
    own_id,
    service_of,
    shown,
    trace,
    version_of,
    waiting_evidence,
)
from changes.models import (
    Change,
    ChangeType,
    Deployment,
    Evidence,
    Outcome,
    Pipeline,
    TemplateVersion,
)
from changes.pipelines import (
    DEPLOYMENT,
    ChangeSeen,
    ComponentsGone,
    ComponentsSeen,
    DeploymentSeen,
    EvidenceSeen,
    GateAsked,
    Seen,
    Signal,
    place_of,
)
from changes.workflow import BEFORE_WORK
from itsm.core import events
from itsm.core.errors import Refused
from itsm.inventory.actions import propose_components, propose_retirements
from itsm.tickets.actions import edit
from itsm.tickets.models import Channel

NOT_OVER = (*BEFORE_WORK, "implement")
ENDED = {
    Deployment.Outcome.SUCCEEDED.value: Outcome.OK,
    Deployment.Outcome.FAILED.value: Outcome.FAILED,
    Deployment.Outcome.ROLLED_BACK.value: Outcome.ROLLED_BACK,
}


@dataclass
class Applied:
    """What came of a post: how many signals counted, and the change they were about."""

    count: int = 0
    change: Change | None = None


@transaction.atomic(savepoint=False)
def apply_signals(*, pipeline: Pipeline, signals: Sequence[Signal], now: datetime) -> Applied:
    """Do what a pipeline's signals ask for, as its bot and in their order.

    The pipeline is locked by whoever calls: of two posts about one run each could open a change.
    """
    applied = Applied()
    for signal in signals:
        applied.count += 1
        applied.change = _apply(pipeline, signal, now) or applied.change
    return applied


def _apply(pipeline: Pipeline, signal: Signal, now: datetime) -> Change | None:
    if isinstance(signal, EvidenceSeen):
        return _take_evidence(pipeline, signal)
    if isinstance(signal, ComponentsSeen | ComponentsGone):
        _propose(pipeline, signal)
        return None
    place = place_of(signal.environment, otherwise=pipeline.environment)
    is_here = place == pipeline.environment
    if isinstance(signal, DeploymentSeen):
        return _take_deployment(pipeline, signal, place, now, is_here=is_here)
    if not is_here:
        return None
    if isinstance(signal, GateAsked):
        change = find(pipeline, signal.keys, NOT_OVER)
        if change is not None:
            await_gate(pipeline=pipeline, change=change, asked=signal, now=now)
        return change
    return _take_change(pipeline, signal, now)


def _propose(pipeline: Pipeline, seen: ComponentsSeen | ComponentsGone) -> None:
    if isinstance(seen, ComponentsGone):
        propose_retirements(seen.addresses, source=pipeline.slug)
        return
    propose_components(
        seen.components,
        source=pipeline.slug,
        environment=pipeline.environment,
        service=pipeline.service,
    )


def _take_change(pipeline: Pipeline, seen: ChangeSeen, now: datetime) -> Change | None:
    change = find(pipeline, seen.keys, NOT_OVER)
    if change is not None:
        trace(pipeline, change, seen.keys)
        if seen.needs_people or seen.is_irreversible:
            change = _to_people(pipeline, change, seen)
        return _submit(pipeline, _renewed(pipeline, change, now))
    return _open(pipeline, seen, now) if _opens(pipeline, seen) else None


def _to_people(pipeline: Pipeline, change: Change, seen: ChangeSeen) -> Change:
    """Have people judge a change that turns out to go beyond what its template covers."""
    if change.type != ChangeType.STANDARD or change.state not in ("new", "scheduled"):
        return change
    if change.state == "scheduled":
        change = revise(change, actor=pipeline.bot)
    altered: dict[str, Any] = {"type": ChangeType.NORMAL.value}
    if seen.is_irreversible:
        altered["irreversible"] = True
    return edit(ticket=change, actor=pipeline.bot, changes=altered)  # type: ignore[return-value]


def _renewed(pipeline: Pipeline, change: Change, now: datetime) -> Change:
    """The change, planned anew where its time passed before it was delivered."""
    if change.planned_end is None or change.planned_end > now or change.on_hold:
        return change
    if change.state == "scheduled":
        change = lapse(change, actor=pipeline.bot)
    if change.state != "new":
        return change
    span = {"planned_start": now, "planned_end": now + pipeline.window}
    return edit(ticket=change, actor=pipeline.bot, changes=span)  # type: ignore[return-value]


def _opens(pipeline: Pipeline, seen: ChangeSeen) -> bool:
    if seen.reason == DEPLOYMENT:
        return pipeline.opens_on_deployment
    is_counted = seen.branch == pipeline.branch if pipeline.branch else seen.is_default_branch
    return pipeline.opens_on_merge and is_counted


def _take_evidence(pipeline: Pipeline, seen: EvidenceSeen) -> Change | None:
    change = shown(pipeline, seen.keys, NOT_OVER)
    finding = Finding(
        delivery_id=own_id(pipeline, f"evidence:{seen.id}"),
        kind=seen.kind,
        outcome=seen.outcome,
        name=seen.name,
        facts=seen.facts,
        url=seen.url,
        revision=seen.revision,
        artifact_digest=seen.artifact_digest,
        happened_at=seen.happened_at,
    )
    add_evidence(finding=finding, actor=pipeline.bot, change=change, pipeline=pipeline)
    if seen.outcome == Evidence.Outcome.FAILED:
        _tell_of_failure(pipeline, seen, seen.name, change)
    return change


def _take_deployment(
    pipeline: Pipeline, seen: DeploymentSeen, place: str, now: datetime, *, is_here: bool
) -> Change | None:
    change = _change_of(pipeline, seen, now) if is_here else None
    first, last = commits_of(pipeline, seen.revision, place)
    register_deployment(
        delivered=Delivered(
            delivery_id=own_id(pipeline, seen.id),
            outcome=seen.outcome,
            service=(change.service if change else None) or service_of(pipeline, seen),
            environment=place,
            revision=seen.revision,
            artifact_digest=seen.artifact_digest,
            started_at=_start_of(seen),
            finished_at=seen.finished_at,
            first_commit_at=first,
            last_commit_at=last,
            url=seen.url,
        ),
        actor=pipeline.bot,
        change=change,
        pipeline=pipeline,
    )
    if seen.outcome == Deployment.Outcome.FAILED:
        _tell_of_failure(pipeline, seen, _("deployment to %s") % place, change)
    if change is not None and pipeline.moves_changes:
        return _move(pipeline, change, seen)
    return change


def _tell_of_failure(pipeline: Pipeline, seen: Seen, what: str, change: Change | None) -> None:
    """Let whoever deals with failures hear of this one, where the rule says so."""
    if not pipeline.failures_open_incidents:
        return
    service = (change.service if change else None) or service_of(pipeline, seen)
    data = {
        "pipeline": pipeline.name,
        "what": what,
        "url": web_address(seen.url),
        "revision": seen.revision,
        "service_id": service.pk if service else None,
        "change": change.number if change else None,
    }
    events.publish("pipeline.failed", pipeline, actor=pipeline.bot, data=data)


def _start_of(seen: DeploymentSeen) -> datetime | None:
    """When it began; tools whose clocks differ may say that it was over before."""
    start, end = seen.started_at, seen.finished_at
    return min(start, end) if start and end else start


def _change_of(pipeline: Pipeline, seen: DeploymentSeen, now: datetime) -> Change | None:
    """The change a deployment belongs to: by its own name even when that is over already."""
    found = find(pipeline, seen.keys[:1], None) or find(pipeline, seen.keys, NOT_OVER)
    if found is not None:
        trace(pipeline, found, seen.keys)
        return _submit(pipeline, _renewed(pipeline, found, now))
    if not pipeline.opens_on_deployment:
        return None
    told = {name: getattr(seen, name) for name in Seen.__dataclass_fields__}
    return _open(pipeline, ChangeSeen(**told, title=seen.title), now)


def _move(pipeline: Pipeline, change: Change, seen: DeploymentSeen) -> Change:
    """Start the change, and complete it when the deployment is over; what may not be, is noted."""
    why = ""
    if change.state == "scheduled":
        try:
            artifact = Artifact(seen.artifact_digest, seen.revision)
            change = start_with_permit(
                change=change, actor=pipeline.bot, permit="", artifact=artifact
            )
        except Refused as refusal:
            why = str(refusal)
    outcome = ENDED.get(seen.outcome)
    if outcome is None:
        return change
    if change.state in BEFORE_WORK:
        reason = why or _("Nobody had agreed to it.")
        return bypass(change, actor=pipeline.bot, outcome=outcome, reason=reason)  # type: ignore[no-any-return]
    if change.state == "implement":
        return _complete(pipeline, change, outcome, seen)
    return change


def _complete(pipeline: Pipeline, change: Change, outcome: Outcome, seen: DeploymentSeen) -> Change:
    notes = "" if outcome == Outcome.OK else f"{seen.title}: {seen.outcome} {seen.url}".strip()
    try:
        return complete(change, actor=pipeline.bot, outcome=outcome, notes=notes)  # type: ignore[no-any-return]
    except Refused:  # somebody's task is open: people complete it, and the refusal is on record
        return change


def _open(pipeline: Pipeline, seen: ChangeSeen, now: datetime) -> Change:
    version = version_of(pipeline)
    waiting = waiting_evidence(pipeline, seen.revision)
    speaks_against = any(
        each.outcome == Evidence.Outcome.FAILED for each in selectors.standing_of(waiting)
    )
    is_standard = version is not None and not (
        seen.needs_people or seen.is_irreversible or speaks_against
    )
    plan = _plan(pipeline, seen, now)
    if version is not None and is_standard:
        plan = replace(plan, type=ChangeType.STANDARD, template_version=version)
    elif version is not None:
        plan = _as_normal(plan, version)
    change = open_change(plan=plan, actor=pipeline.bot)
    trace(pipeline, change, seen.keys)
    for each in waiting:
        each.change = change
        tell_of_evidence(change, each, pipeline.bot)
    Evidence.objects.filter(pk__in=[each.pk for each in waiting]).update(change=change)
    if waiting:
        assess(change=change)
    return _submit(pipeline, change)


def _plan(pipeline: Pipeline, seen: ChangeSeen, now: datetime) -> Plan:
    return Plan(
        title=" ".join(seen.title.split())[:250] or pipeline.name,
        description=seen.description,
        category=seen.category,
        environment=pipeline.environment,
        reason=seen.url,
        service=service_of(pipeline, seen),
        planned_start=now,
        planned_end=now + pipeline.window,
        irreversible=seen.is_irreversible,
        artifact_digest=seen.artifact_digest[:128],
        source=Channel.API,
    )


def _as_normal(plan: Plan, version: TemplateVersion) -> Plan:
    """The plan as the template has it, for people to judge: it goes beyond what that covers."""
    return replace(
        plan,
        service=version.service or plan.service,
        implementation_plan=version.implementation_plan,
        test_plan=version.test_plan,
        backout_plan=version.backout_plan,
        backout_tested=version.backout_tested,
        outage_expected=version.outage_expected,
        irreversible=plan.irreversible or version.irreversible,
    )


def _submit(pipeline: Pipeline, change: Change) -> Change:
    """Ask for leave as far as the plan goes; without plans it waits for people."""
    if change.state != "new" or change.on_hold:
        return change
    has_plans = change.implementation_plan and change.test_plan and change.backout_plan
    if change.type == ChangeType.NORMAL and not (has_plans and change.service_id):
        return change
    try:
        return submit(change, actor=pipeline.bot)  # type: ignore[no-any-return]
    except Refused:  # the template is no longer in use: people decide, and the refusal is on record
        return change
