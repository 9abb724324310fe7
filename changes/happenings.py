"""What was changed, deployed and tested near a trouble, as evidence of its cause."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from changes.models import Change, CloseCode, Deployment, Evidence, EvidenceKind, Outcome
from itsm.evidence.ports import Happening, happenings, outcomes

LOOKED_BACK = timedelta(days=1)
MOST = 20
MOST_LOOKED_AT = 200

for known in (Outcome, CloseCode, Evidence.Outcome, Deployment.Outcome):
    outcomes.update(known.choices)


@happenings.add("changes")
def done_near(services: Sequence[int], at: datetime, until: datetime) -> list[Happening]:
    """What was done to these services from a day before a moment on."""
    since = at - LOOKED_BACK
    deployed = list(_deployments(services, since, until))
    told = {each.number for each in deployed if each.number}
    begun = [each for each in _changes(services, since, until) if each.number not in told]
    return [*deployed, *begun, *_failed_tests(services, since, until)]


def _deployments(services: Sequence[int], since: datetime, until: datetime) -> Iterator[Happening]:
    # By when we heard of it, which has the index; when it was done stands in the row.
    found = Deployment.objects.filter(service__in=services, registered_at__gte=since)
    rows = found.select_related("service", "change").order_by("-registered_at", "-id")
    for each in rows[:MOST_LOOKED_AT]:
        done_at = each.started_at or each.finished_at or each.registered_at
        if not since <= done_at <= until:
            continue
        yield Happening(
            at=done_at,
            sort="deployment",
            title=" ".join(filter(None, (each.revision[:40], each.environment))),
            component=each.service.name if each.service else "",
            number=each.change.number if each.change else "",
            outcome=each.outcome,
        )


def _changes(services: Sequence[int], since: datetime, until: datetime) -> Iterator[Happening]:
    found = Change.objects.filter(
        Q(service__in=services), actual_start__gte=since, actual_start__lte=until
    )
    for each in found.select_related("service").order_by("-actual_start", "-id")[:MOST]:
        assert each.actual_start is not None  # noqa: S101 asked for
        yield Happening(
            at=each.actual_start,
            sort="change",
            title="" if each.confidential else each.title,
            component=each.service.name if each.service else "",
            number=each.number,
            outcome=each.close_code or each.outcome,
        )


def _failed_tests(services: Sequence[int], since: datetime, until: datetime) -> Iterator[Happening]:
    found = Evidence.objects.filter(
        Q(change__service__in=services) | Q(pipeline__service__in=services),
        kind__in=(EvidenceKind.TESTS, EvidenceKind.BUILD),
        outcome=Evidence.Outcome.FAILED,
        happened_at__gte=since,
        happened_at__lte=until,
    )
    rows = found.select_related("change__service", "pipeline__service")
    for each in rows.order_by("-happened_at", "-id")[:MOST]:
        service = each.change.service if each.change else None
        if service is None and each.pipeline is not None:
            service = each.pipeline.service
        yield Happening(
            at=each.happened_at,
            sort="tests",
            title=" ".join(filter(None, (each.name, each.revision[:12]))),
            component=service.name if service else "",
            number=each.change.number if each.change else "",
            outcome=each.outcome,
        )
