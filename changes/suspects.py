"""Incidents and the changes before them, gathered for the judgement of what caused what."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Prefetch, Q, QuerySet, When
from django.utils import timezone

from changes.attribution import (
    EARLY,
    LEAST_SHOWN,
    LOOKED_BACK,
    Suspect,
    Suspicion,
    Symptoms,
    suspicions,
    telling,
)
from changes.dora import BAD
from changes.models import Attribution, Change, Deployment, Evidence, EvidenceKind
from changes.selectors import TOGETHER
from itsm.core.errors import NotFound
from itsm.inventory.models import ConfigurationItem, Relation, ServiceDependency
from itsm.monitoring.models import Alert
from itsm.people.models import User
from itsm.sla.selectors import burning
from itsm.tickets.models import Ticket
from itsm.tickets.permissions import may_see_notes

MOST_SUSPECTS = 200
MOST_KEPT = 5
MOST_ALERTS = 50
LONGEST_READ = 5000  # characters of a text
MOST_STEPS = 50
MOST_FILES = 100_000
SHORTEST = 7  # letters of a commit
LONGEST_WORK = timedelta(days=14)
WATCHED_AT_ONCE = 100
# An incident is judged again while a change is watched, but not every minute.
STALE = timedelta(minutes=10)
ENVIRONMENTS = {
    "prod": "production", "prd": "production", "live": "production", "stage": "staging",
    "stg": "staging", "preprod": "staging", "dev": "development", "qa": "test", "testing": "test",
}  # fmt: skip
VERSION = re.compile(r"\bv?\d+(?:\.\d+)+[\w.-]*|\b[0-9a-f]{7,64}\b")


def suspicions_about(incident: Ticket) -> list[Suspicion]:
    """The changes that may have caused an incident, the most suspected first."""
    symptoms = symptoms_of(incident)
    found = suspicions(symptoms, [_suspect(each) for each in _changes_before(symptoms)])
    return [each for each in found[:MOST_KEPT] if each.score >= LEAST_SHOWN]


def suspicion_of(incident: Ticket, change: Change) -> Suspicion | None:
    """How strongly one change is suspected; None where it cannot have been it."""
    if change.actual_start is None:
        return None
    known = _with_what_is_known(Change.objects.filter(pk=change.pk)).get()
    return next(iter(suspicions(symptoms_of(incident), [_suspect(known)])), None)


def symptoms_of(incident: Ticket) -> Symptoms:
    """What is known of an incident."""
    alerts = list(
        Alert.objects.filter(incident=incident.pk)
        .order_by("starts_at", "pk")
        .values_list("title", "labels", "configuration_item", "starts_at", "silence__ticket")[
            :MOST_ALERTS
        ]
    )
    named = incident.configuration_items.values_list("pk", "environment", "name")
    items = {pk: (environment, name) for pk, environment, name in named}
    near = _neighbours(incident.service_id)
    around = {each for each in (incident.service_id, *near[0], *near[1]) if each is not None}
    labels = {str(value).lower() for _title, said, *_rest in alerts for value in said.values()}
    environments = [
        *(
            str(said.get(key, ""))
            for _title, said, *_rest in alerts
            for key in ("environment", "env")
        ),
        *(environment for environment, _name in items.values()),
    ]
    ids = frozenset(items) | {pk for _t, _l, pk, *_rest in alerts if pk is not None}
    return Symptoms(
        began_at=_began_at(incident, [starts_at for *_rest, starts_at, _held in alerts]),
        environment=next((_environment(each) for each in environments if each), ""),
        service_id=incident.service_id,
        items=ids,
        needed=near[0],
        needing=near[1],
        near_items=_near_items(ids),
        words=telling(
            incident.title,
            incident.description[:LONGEST_READ],
            *(title for title, *_rest in alerts),
            *labels,
        )
        - _names(incident, [name for _environment, name in items.values()]),
        labels=frozenset(_parts(labels)),
        held_by=frozenset(held for *_rest, held in alerts if held is not None),
        burning=burning(around, now=timezone.now()),
    )


def _began_at(incident: Ticket, alerts: Sequence[datetime]) -> datetime:
    # Asked of the ticket's row, because changes do not know what an incident is.
    said = Ticket.objects.filter(pk=incident.pk).values_list("incident__impact_started_at")
    impact = next((at for (at,) in said if at is not None), None)
    return impact or min((incident.opened_at, *alerts))


def _names(incident: Ticket, components: Iterable[str]) -> frozenset[str]:
    """The words of where it happened: that both are about the same place is weighed by itself."""
    service = incident.service
    return telling(*components, service.name if service else "", service.title if service else "")


def _environment(word: str) -> str:
    return ENVIRONMENTS.get(word.lower(), word.lower())


def _parts(labels: Iterable[str]) -> set[str]:
    """Whole labels, and what stands in them between the marks of images and addresses."""
    return {part for each in labels for part in (each, *re.split(r"[:@/,\s]", each)) if part}


def _neighbours(service_id: int | None) -> tuple[frozenset[int], frozenset[int]]:
    """The services that one needs, and those that need it, one step away."""
    if service_id is None:
        return frozenset(), frozenset()
    edges = ServiceDependency.objects.filter(Q(service=service_id) | Q(needed=service_id))
    pairs = list(edges.values_list("service", "needed"))
    return (
        frozenset(needed for service, needed in pairs if service == service_id),
        frozenset(service for service, needed in pairs if needed == service_id),
    )


def _near_items(items: Collection[int]) -> frozenset[int]:
    if not items:
        return frozenset()
    related = Relation.objects.filter(
        Q(from_item__in=items) | Q(to_item__in=items), sort__in=TOGETHER
    )
    pairs = related.values_list("from_item", "to_item")
    return frozenset(each for pair in pairs for each in pair) - frozenset(items)


def _changes_before(symptoms: Symptoms) -> QuerySet[Change]:
    """The changes begun before, on what is near; all where nothing is known of the place."""
    at = symptoms.began_at
    begun = Change.objects.filter(
        Q(actual_end__isnull=True) | Q(actual_end__gte=at - LOOKED_BACK),
        actual_start__lte=at + EARLY,
        actual_start__gte=at - LOOKED_BACK - LONGEST_WORK,
    )
    services = {symptoms.service_id, *symptoms.needed, *symptoms.needing} - {None}
    items = symptoms.items | symptoms.near_items
    if services or items:
        touching = Change.configuration_items.through.objects.filter(configurationitem__in=items)
        place = Q(service__in=services) | Q(pk__in=touching.values("ticket"))
        begun = begun.filter(place | Q(service__isnull=True))
    return _with_what_is_known(begun).order_by("-actual_start", "-pk")[:MOST_SUSPECTS]


def _with_what_is_known(changes: QuerySet[Change]) -> QuerySet[Change]:
    """The changes with their components, their deployments, and what pipelines showed of them."""
    shown = Evidence.objects.filter(kind__in=(EvidenceKind.COMMIT, EvidenceKind.PLAN))
    return changes.prefetch_related(
        Prefetch("configuration_items", ConfigurationItem.objects.only("id", "name")),
        Prefetch("deployments", Deployment.objects.order_by("pk")),
        Prefetch("evidence", shown.order_by("pk")),
    )


def _suspect(change: Change) -> Suspect:
    assert change.actual_start is not None  # noqa: S101 begun, or it would not be asked about
    items = {each.pk: each.name for each in change.configuration_items.all()}
    delivered = list(change.deployments.all())
    shown = list(change.evidence.all())
    told = [text for each in shown for text in (each.name, *_steps(each))]
    texts = (change.title, change.description, change.implementation_plan)
    versions = (each.lower() for text in texts[:2] for each in VERSION.findall(text))
    digests = {change.artifact_digest, *(each.artifact_digest for each in delivered)}
    revisions = {each.revision for each in delivered} | {each.revision for each in shown}
    return Suspect(
        key=change.pk,
        began_at=change.actual_start,
        ended_at=change.actual_end or (change.closed_at if not change.is_open() else None),
        environment=change.environment,
        service_id=change.service_id,
        items=frozenset(items),
        outcome=next((each.outcome for each in delivered if each.outcome in BAD), change.outcome),
        close_code=change.close_code,
        risk=change.risk_band,
        words=telling(*(each[:LONGEST_READ] for each in (*texts, *told))),
        marks=frozenset(
            each.lower()
            for each in (*items.values(), *versions, *digests, *_short(revisions))
            if each
        ),
        files=max((_files(each) for each in shown), default=0),
    )


def _steps(evidence: Evidence) -> list[str]:
    """What a plan says it does, and which files commits touched, where a pipeline told it."""
    listed = (evidence.facts.get(name) for name in ("steps", "files", "paths"))
    return [str(one) for each in listed if isinstance(each, list) for one in each[:MOST_STEPS]]


def _files(evidence: Evidence) -> int:
    """How much was touched: files where they are told, else the steps of a plan, else commits."""
    for name in ("files", "paths", "changed_files", "steps", "commits"):
        told = evidence.facts.get(name)
        if isinstance(told, list):
            return len(told)
        if isinstance(told, int) and not isinstance(told, bool) and told > 0:
            return min(told, MOST_FILES)
    return 0


def _short(revisions: Iterable[str]) -> Iterator[str]:
    """Commits as labels and images name them, whole or by their beginning."""
    for each in revisions:
        yield from {each, each[:12], each[:8], each[:7]} if len(each) > SHORTEST else {each}


def visible_attributions(user: User) -> QuerySet[Attribution]:
    """What this person may know of causes: of changes and incidents that may both be seen."""
    found = Attribution.objects.select_related("change", "incident", "judged_by")
    if not may_see_notes(user):
        return found.none()
    seen: QuerySet[Any] = Ticket.objects.visible_to(user)
    if user.has_perm("tickets.view_confidential"):
        return found
    return found.filter(
        incident__in=seen.filter(kind="incident").order_by().values("pk"),
        change__in=seen.filter(kind="change").order_by().values("pk"),
    )


def attribution_for(user: User, attribution_id: int) -> Attribution:
    """One of them; NotFound when there is none this person may see."""
    found = visible_attributions(user).filter(pk=attribution_id).first()
    if found is None:
        raise NotFound("There is no such attribution.")
    return found


def causes_of(user: User, incident: Ticket) -> QuerySet[Attribution]:
    """The changes thought to have caused an incident: the confirmed one, then by suspicion."""
    found = visible_attributions(user).filter(incident=incident.pk)
    return found.order_by(CONFIRMED_FIRST, "-score", "pk")


def consequences_of(user: User, change: Ticket) -> QuerySet[Attribution]:
    """The incidents a change is thought to have caused."""
    found = visible_attributions(user).filter(change=change.pk)
    return found.order_by(CONFIRMED_FIRST, "-score", "pk")


CONFIRMED_FIRST = Case(
    When(provenance="confirmed", then=0), When(provenance="auto", then=1), default=2
)


def unjudged_while_watched(now: datetime) -> list[int]:
    """The incidents near changes that are being watched, not judged lately, in any order."""
    watched = Change.objects.filter(
        Q(state="implement") | Q(watch_until__gte=now), actual_start__isnull=False
    ).order_by("-actual_start")
    since = {
        service: begun
        for service, begun in watched.values_list("service", "actual_start")[:WATCHED_AT_ONCE]
        if service is not None
    }
    if not since:
        return []
    near: dict[int, datetime] = dict(since)
    edges = ServiceDependency.objects.filter(Q(service__in=since) | Q(needed__in=since))
    for service, needed in edges.values_list("service", "needed"):
        for here, there in ((service, needed), (needed, service)):
            if here in since:
                near[there] = min(near.get(there, since[here]), since[here])
    fresh = Attribution.objects.filter(computed_at__gte=now - STALE).values("incident")
    rows = (
        Ticket.objects.filter(
            kind="incident", service__in=near, opened_at__gte=min(near.values()) - EARLY
        )
        .exclude(state="canceled")
        .exclude(pk__in=fresh)
        # In no order, so that those nothing speaks about do not keep the others waiting for ever.
        .order_by("?")
        .values_list("pk", "service", "opened_at")[:WATCHED_AT_ONCE]
    )
    return [pk for pk, service, opened_at in rows if opened_at >= near[service] - EARLY]


def suspecting(change_id: int) -> list[int]:
    """The incidents a change is suspected of and nobody has judged."""
    rows = Attribution.objects.filter(change=change_id, provenance="auto").order_by("incident")
    return list(rows.values_list("incident", flat=True))
