"""Deployments gathered with what came of them, for the figures over them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import FloatField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, Extract
from django.utils import timezone
from django.utils.translation import gettext as _

from changes.attribution import EARLY
from changes.dora import BAD, SUCCEEDED, Delivery, Trouble
from changes.models import Attribution, ChangeType, Deployment, Environment
from changes.selectors import visible_deployments
from itsm.core.errors import Invalid
from itsm.people.models import User
from itsm.tickets.models import Link

MOST = 20_000  # deployments in one figure
LONGEST = timedelta(days=366)
USUAL = timedelta(days=30)
COUNTED = (SUCCEEDED, *BAD)
PRODUCTION = Environment.PRODUCTION.value
READ = (
    "pk", "finished", "outcome", "started", "first_commit", "service__name",
    "service__owner_team__slug", "environment", "revision", "change", "change__outcome",
    "change__type", "change__actual_end",
)  # fmt: skip
INSTANTS = ("finished", "started", "first_commit")
CHANGE, CHANGE_OUTCOME = READ.index("change"), READ.index("change__outcome")
Changes = QuerySet[Deployment, Any]  # the keys of changes, found by the database


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which deployments are asked about; an empty word asks about all."""

    start: datetime
    end: datetime
    environment: str = PRODUCTION
    service: str = ""
    team: str = ""

    @property
    def days(self) -> float:
        return (self.end - self.start) / timedelta(days=1)


def scope_of(
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    environment: str = PRODUCTION,
    service: str = "",
    team: str = "",
) -> Scope:
    """The scope asked about: the last thirty days of production, unless said otherwise."""
    end = end or timezone.now()
    start = start or end - USUAL
    if start >= end:
        raise Invalid(_("The end must come after the start."), field="end")
    if end - start > LONGEST:
        raise Invalid(_("Ask about a year at most."), field="start")
    return Scope(start=start, end=end, environment=environment, service=service, team=team)


def deployments_in(user: User, scope: Scope) -> QuerySet[Deployment]:
    """The deployments of this scope that are over, as far as this person may see them."""
    found = visible_deployments(user).filter(
        outcome__in=COUNTED, finished_at__gte=scope.start, finished_at__lt=scope.end
    )
    if scope.environment:
        found = found.filter(environment=scope.environment)
    if scope.service:
        found = found.filter(service__name=scope.service)
    if scope.team:
        found = found.filter(service__owner_team__slug=scope.team)
    return found


def deliveries_in(user: User, scope: Scope) -> list[Delivery]:
    """The same with what came of each, the latest first; some statements however many there are."""
    found = deployments_in(user, scope).select_related(None).order_by()
    # As seconds: to make instants of thousands of texts takes longer than all the rest.
    seconds = {
        name: Cast(Extract(f"{name}_at", "epoch", tzinfo=UTC), FloatField()) for name in INSTANTS
    }
    read = found.order_by("-finished_at", "-pk").annotate(**seconds).values_list(*READ)
    rows = list(read[:MOST])
    known = _known_of(found, rows)
    return [_delivery(row, known) for row in rows]


@dataclass(frozen=True)
class _Known:
    """What is known of the changes of some deployments."""

    troubles: Mapping[int, Sequence[Trouble]]  # by deployment
    suspected: Mapping[int, Sequence[Trouble]]
    fixes: Collection[int]  # changes that fix something
    fixed: Mapping[int, datetime | None]  # changes that were fixed, and when
    successes: Mapping[int, datetime | None]  # after a bad deployment: when the next one succeeded
    last: Mapping[tuple[int, str], int]  # the last deployment of a change into an environment


def _known_of(found: QuerySet[Deployment], rows: Sequence[Any]) -> _Known:
    # Told by what finds them, not one by one: thousands of ids take longer to read than to find.
    changes = found.filter(change__isnull=False).values("change")
    fixes, fixed = _fixes(changes)
    put_down = _put_down_to(changes)
    failed_ones = {row[CHANGE] for row in rows if row[CHANGE_OUTCOME] in BAD} - {None}
    # Of most changes nothing is known, and then it does not matter what else they delivered.
    siblings = _siblings({row[0] for row in put_down} | fixed.keys() | failed_ones)
    confirmed, suspected = _troubles(put_down, siblings)
    last = {(change, place): runs[-1][1] for (change, place), runs in siblings.items()}
    return _Known(confirmed, suspected, fixes, fixed, _successes(found), last)


Siblings = Mapping[tuple[int, str], Sequence[tuple[datetime, int]]]


def _siblings(changes: Collection[int]) -> Siblings:
    """All deployments of these changes by environment, in the order they were over."""
    found: dict[tuple[int, str], list[tuple[datetime, int]]] = defaultdict(list)
    rows = Deployment.objects.filter(
        change__in=changes, outcome__in=COUNTED, finished_at__isnull=False
    ).order_by("finished_at", "pk")
    for change, place, at, pk in rows.values_list("change", "environment", "finished_at", "pk"):
        if change is not None and at is not None:
            found[change, place].append((at, pk))
    return found


PutDown = tuple[int, int, str, bool, datetime, datetime | None, datetime | None, datetime | None]


def _put_down_to(changes: Changes) -> list[PutDown]:
    """The incidents put down to these changes, with since when and until when each was felt."""
    rows = Attribution.objects.filter(change__in=changes).exclude(provenance="rejected")
    return list(
        rows.exclude(incident__state="canceled")
        .order_by("pk")
        .values_list(
            "change", "incident", "provenance", "is_likely", "incident__opened_at",
            "incident__incident__impact_started_at", "incident__incident__mitigated_at",
            "incident__resolved_at",
        )
    )  # fmt: skip


def _troubles(
    put_down: Sequence[PutDown], siblings: Siblings
) -> tuple[dict[int, list[Trouble]], dict[int, list[Trouble]]]:
    """The incidents put down to each deployment, confirmed and suspected.

    Of several deployments of a change an incident is put down to one: the last before it, into
    production where there was one.
    """
    confirmed: dict[int, list[Trouble]] = defaultdict(list)
    suspected: dict[int, list[Trouble]] = defaultdict(list)
    runs = _runs_of(siblings)
    for change, key, word, is_likely, opened_at, impact_at, mitigated_at, resolved_at in put_down:
        if change not in runs:
            continue
        began_at = impact_at or opened_at
        before = [pk for at, pk in runs[change] if at <= began_at + EARLY]
        blamed = before[-1] if before else runs[change][0][1]
        trouble = Trouble(key=key, began_at=began_at, ended_at=mitigated_at or resolved_at)
        if word == "confirmed":
            confirmed[blamed].append(trouble)
        elif is_likely:
            suspected[blamed].append(trouble)
    return confirmed, suspected


def _runs_of(siblings: Siblings) -> dict[int, list[tuple[datetime, int]]]:
    """Of each change the deployments that can be blamed: those into production, else all."""
    everywhere: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for (change, _place), runs in siblings.items():
        everywhere[change] += runs
    return {
        change: sorted(siblings.get((change, PRODUCTION)) or runs)
        for change, runs in everywhere.items()
    }


def _fixes(changes: Changes) -> tuple[set[int], dict[int, datetime | None]]:
    """Which of the changes fix something, and which had to be fixed by a change, and when."""
    links = Link.objects.filter(sort=Link.Sort.FIXED_BY)
    fixes = set(links.filter(to_ticket__in=changes).values_list("to_ticket", flat=True))
    fixed: dict[int, datetime | None] = {}
    pairs = links.filter(from_ticket__in=changes, to_ticket__kind="change")
    told = list(pairs.order_by("pk").values_list("from_ticket", "to_ticket"))
    delivered = Deployment.objects.filter(
        change__in={fix for _change, fix in told}, outcome=SUCCEEDED
    ).order_by("-finished_at")
    first = dict(delivered.values_list("change", "finished_at"))
    for change, fix in told:
        ends = [each for each in (fixed.get(change), first.get(fix)) if each is not None]
        fixed[change] = min(ends, default=None)
    return fixes, fixed


def _successes(found: QuerySet[Deployment]) -> dict[int, datetime | None]:
    """When, after each of these that went badly, the next of its service succeeded there."""
    later = Deployment.objects.filter(
        service=OuterRef("service"),
        environment=OuterRef("environment"),
        outcome=SUCCEEDED,
        finished_at__gt=OuterRef("finished_at"),
    )
    first = later.order_by("finished_at").values("finished_at")[:1]
    bad = found.filter(outcome__in=BAD, service__isnull=False).annotate(next=Subquery(first))
    return dict(bad.values_list("pk", "next"))


def _delivery(row: Sequence[Any], known: _Known) -> Delivery:
    (
        key, finished, outcome, started, first_commit, service, team, place, revision, change,
        change_outcome, change_type, change_ended_at,
    ) = row  # fmt: skip
    is_last = change is not None and known.last.get((change, place)) == key
    is_fixed = is_last and change in known.fixed
    return Delivery(
        key=key,
        finished_at=datetime.fromtimestamp(finished, UTC),
        outcome=outcome,
        started_at=None if started is None else datetime.fromtimestamp(started, UTC),
        first_commit_at=None if first_commit is None else datetime.fromtimestamp(first_commit, UTC),
        service=service or "",
        team=team or "",
        environment=place,
        revision=revision,
        change_id=change,
        # A change fails once: with the last of its deployments.
        has_change_failed=is_last and change_outcome in BAD,
        change_ended_at=change_ended_at,
        is_rework=change in known.fixes or change_type == ChangeType.EMERGENCY,
        troubles=known.troubles.get(key, ()),
        suspected=known.suspected.get(key, ()),
        is_fixed=is_fixed,
        fixed_at=known.fixed.get(change) if is_fixed else None,
        next_success_at=known.successes.get(key),
    )


def environments_known() -> list[str]:
    """Where anything was ever delivered to."""
    places = Deployment.objects.order_by("environment").values_list("environment", flat=True)
    return sorted({*Environment.values, *places.distinct()})
