"""By what a pipeline's words are told to be about a change: its names, its commits, its service."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from changes.models import (
    Change,
    ChangeTemplate,
    Deployment,
    Evidence,
    Pipeline,
    TemplateVersion,
    Trace,
)
from changes.pipelines import Seen
from itsm.inventory.models import Service
from itsm.monitoring.payload import fingerprint_of

LONGEST_ID = 250
NARROW = (
    "key",
    *(f"change__{each}" for each in ("kind", "number", "state", "service", "risk_contributions")),
)
MOST_WAITING = 50  # pieces of evidence of one commit that a new change takes along


def find(pipeline: Pipeline, keys: Sequence[str], states: Collection[str] | None) -> Change | None:
    """The latest change of the first of these names that leads to one, in one of these states."""
    traces = Trace.objects.filter(pipeline=pipeline, key__in=[each[:200] for each in keys])
    if states is not None:
        traces = traces.filter(change__state__in=states)
    found: dict[str, int] = dict(traces.order_by("change_id").values_list("key", "change_id"))
    number = next((found[each[:200]] for each in keys if each[:200] in found), None)
    if number is None:
        return None
    change: Change = Change.objects.select_related("service", "template_version__template").get(
        pk=number
    )
    return change


def shown(pipeline: Pipeline, keys: Sequence[str], states: Collection[str]) -> Change | None:
    """The same change, with no more of it than evidence needs: results come by the dozen."""
    told = [each[:200] for each in keys]
    traces = Trace.objects.filter(pipeline=pipeline, key__in=told, change__state__in=states)
    traces = traces.select_related("change").only(*NARROW)
    found = {each.key: each.change for each in traces.order_by("change_id")}
    return next((found[each] for each in told if each in found), None)


def trace(pipeline: Pipeline, change: Change, keys: Sequence[str]) -> None:
    """Note by which names the pipeline speaks of a change."""
    Trace.objects.bulk_create(
        [Trace(pipeline=pipeline, change=change, key=each[:200]) for each in keys],
        ignore_conflicts=True,
    )


def waiting_evidence(pipeline: Pipeline, revision: str) -> list[Evidence]:
    """What a pipeline showed of a commit before there was a change of it."""
    if not revision:
        return []
    found = Evidence.objects.filter(pipeline=pipeline, revision=revision, change=None)
    return list(found.order_by("-happened_at", "-pk")[:MOST_WAITING])


def version_of(pipeline: Pipeline) -> TemplateVersion | None:
    """What the template of a pipeline says now; None where no change can be made from it."""
    template = pipeline.template
    if template is None or template.standing != ChangeTemplate.Standing.ACTIVE:
        return None
    return template.versions.select_related("template", "service").order_by("-number").first()


def service_of(pipeline: Pipeline, seen: Seen) -> Service | None:
    """The service a pipeline delivers: the one that was set, or the one the tool names."""
    if pipeline.service is not None or not seen.service:
        return pipeline.service
    return Service.objects.filter(name=seen.service).first()


def commits_of(pipeline: Pipeline, revision: str, place: str) -> tuple[Any, Any]:
    """When the first and the last commit were made of what is delivered, as far as was told.

    What was pushed since the deployment before is delivered with it.
    """
    shown = Evidence.objects.filter(pipeline=pipeline, kind="commit")
    own = list(shown.filter(revision=revision)[:MOST_WAITING]) if revision else []
    if not own:
        return None, None
    before = Deployment.objects.filter(
        pipeline=pipeline, environment=place, outcome="succeeded", last_commit_at__isnull=False
    ).exclude(revision=revision)
    last_delivered = before.order_by("-finished_at").values_list("last_commit_at", flat=True)
    if (since := last_delivered.first()) is not None:
        upto = max(each.happened_at for each in own)
        between = shown.filter(happened_at__gt=since, happened_at__lte=upto)
        own += list(between.filter(facts__is_default=True).order_by("happened_at")[:MOST_WAITING])
    firsts = [each.facts["first_commit_at"] for each in own if "first_commit_at" in each.facts]
    lasts = [each.facts["last_commit_at"] for each in own if "last_commit_at" in each.facts]
    return _instant(sorted(firsts)[:1]), _instant(sorted(lasts)[-1:])


def _instant(texts: list[str]) -> datetime | None:
    return datetime.fromisoformat(texts[0]) if texts else None


def own_id(pipeline: Pipeline, name: str) -> str:
    """The tool's id of a thing, as it cannot be another tool's."""
    own = f"{pipeline.pk}:{name}"
    return own if len(own) <= LONGEST_ID else f"{pipeline.pk}:{fingerprint_of(name)}"
