"""Keeping what pipelines show of a change, and what was delivered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from changes.actions.assessing import assess
from changes.models import Change, Deployment, Evidence, EvidenceKind, Pipeline
from changes.workflow import BEFORE_WORK
from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed
from itsm.inventory.models import Service
from itsm.people.models import User


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One result of a pipeline; ``delivery_id`` is the same however often it is told."""

    delivery_id: str
    kind: str
    outcome: str = Evidence.Outcome.UNKNOWN
    name: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    revision: str = ""
    artifact_digest: str = ""
    happened_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """How far a deployment is; ``delivery_id`` is the same however often it is told."""

    delivery_id: str
    outcome: str = Deployment.Outcome.RUNNING
    service: Service | None = None
    environment: str = "production"
    revision: str = ""
    artifact_digest: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
    first_commit_at: datetime | None = None
    last_commit_at: datetime | None = None
    url: str = ""


# By hand: of the same thing told at once by two the first is kept, in one statement.
KEPT = """
INSERT INTO changes_evidence (delivery_id, change_id, pipeline_id, kind, name, outcome, facts, url,
                              revision, artifact_digest, happened_at)
VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s)
ON CONFLICT (delivery_id) DO NOTHING RETURNING *
"""


@transaction.atomic(savepoint=False)
def add_evidence(
    *,
    finding: Finding,
    actor: User,
    change: Change | None = None,
    pipeline: Pipeline | None = None,
) -> Evidence:
    """Keep a result; told again, it stays the one there is."""
    _check(actor, finding.delivery_id)
    if finding.kind not in EvidenceKind.values:
        raise Invalid(
            _("Choose one of %(known)s.") % {"known": ", ".join(EvidenceKind.values)}, field="kind"
        )
    fresh = Evidence.objects.raw(
        KEPT,
        [
            finding.delivery_id,
            change.pk if change else None,
            pipeline.pk if pipeline else None,
            finding.kind,
            finding.name[:120],
            str(finding.outcome),
            json.dumps(dict(finding.facts)),
            web_address(finding.url),
            finding.revision[:128],
            finding.artifact_digest[:128],
            finding.happened_at or timezone.now(),
        ],
    )
    evidence = next(iter(fresh), None)
    if evidence is None:
        return Evidence.objects.get(delivery_id=finding.delivery_id)
    if change is not None:
        tell_of_evidence(change, evidence, actor)
        if change.state in BEFORE_WORK and _weighs(evidence, change):
            assess(change=Change.objects.select_related("service").get(pk=change.pk))
    return evidence


def _weighs(evidence: Evidence, change: Change) -> bool:
    """Whether the risk is another one now; what passes as expected leaves it as it is."""
    is_known_bad = any(each["name"] == "evidence" for each in change.risk_contributions)
    speaks_against = evidence.outcome == Evidence.Outcome.FAILED
    return speaks_against or is_known_bad or evidence.kind == EvidenceKind.PLAN


def tell_of_evidence(change: Change, evidence: Evidence, actor: User) -> None:
    """Say on the change's timeline what there is to be seen."""
    data = {
        "evidence": evidence.pk,
        "kind": evidence.kind,
        "name": evidence.name,
        "outcome": evidence.outcome,
        "url": evidence.url,
    }
    events.publish("change.evidence_added", change, actor=actor, data=data)


@transaction.atomic
def register_deployment(
    *,
    delivered: Delivered,
    actor: User,
    change: Change | None = None,
    pipeline: Pipeline | None = None,
) -> Deployment:
    """Keep a deployment, or how far a known one is; what is over does not begin again."""
    _check(actor, delivered.delivery_id)
    if delivered.outcome not in Deployment.Outcome.values:
        raise Invalid(
            _("Choose one of %(known)s.") % {"known": ", ".join(Deployment.Outcome.values)},
            field="outcome",
        )
    _check_times(delivered)
    deployment, is_new = Deployment.objects.get_or_create(
        delivery_id=delivered.delivery_id,
        defaults={**_told(delivered), "change": change, "pipeline": pipeline},
    )
    if not is_new:
        # Of two posts about one deployment the later could overwrite that it is over.
        deployment = Deployment.objects.select_for_update(of=("self",)).get(pk=deployment.pk)
        if deployment.is_over() and delivered.outcome in ("running", deployment.outcome):
            return deployment
        for name, value in _told(delivered).items():
            if value or name == "outcome":
                setattr(deployment, name, value)
        deployment.change = deployment.change or change
        deployment.save()
    _tell_of_deployment(deployment, actor)
    return deployment


def _told(delivered: Delivered) -> dict[str, Any]:
    is_over = delivered.outcome != Deployment.Outcome.RUNNING
    now = timezone.now()
    return {
        "outcome": delivered.outcome,
        "service": delivered.service,
        "environment": delivered.environment[:40],
        "revision": delivered.revision[:128],
        "artifact_digest": delivered.artifact_digest[:128],
        "started_at": delivered.started_at or (None if is_over else now),
        "finished_at": (delivered.finished_at or now) if is_over else None,
        "first_commit_at": delivered.first_commit_at,
        "last_commit_at": delivered.last_commit_at,
        "url": web_address(delivered.url),
    }


def web_address(text: str) -> str:
    """An address people may be led to; nothing when a tool sent anything else in its place."""
    is_web = text.startswith(("https://", "http://")) and text.isprintable() and len(text) <= 500
    return text if is_web else ""


def _tell_of_deployment(deployment: Deployment, actor: User) -> None:
    service = deployment.service
    data = {
        "service": service.name if service else None,
        "service_id": service.pk if service else None,
        "environment": deployment.environment,
        "revision": deployment.revision,
        "outcome": deployment.outcome,
        "change": deployment.change.number if deployment.change else None,
    }
    verb = "finished" if deployment.is_over() else "started"
    events.publish(f"deployment.{verb}", deployment, actor=actor, data=data)
    if deployment.change is not None:
        told = {**data, "deployment": deployment.pk, "url": deployment.url}
        events.publish("change.deployed", deployment.change, actor=actor, data=told)


def _check(actor: User, delivery_id: str) -> None:
    if not actor.has_perm("changes.work"):
        raise NotAllowed(_("You may not register what was delivered."))
    if not delivery_id or len(delivery_id) > 250:
        raise Invalid(_("Give it an id of at most 250 characters."), field="delivery_id")


def _check_times(delivered: Delivered) -> None:
    start, end = delivered.started_at, delivered.finished_at
    if start and end and end < start:
        raise Invalid(_("The end must come after the start."), field="finished_at")
