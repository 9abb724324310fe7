"""The outages everybody may know of, with nothing in them that is internal.

An incident is one while it is open, not confidential, on a service in use, and grave by its alerts,
declared major, told of by staff, or reported by many. Of its own words nothing is shown: they may
be a monitoring tool's or another person's. What people read is the service and the updates.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone

from incidents.models import Affected, Incident, OutageUpdate
from itsm.core.errors import NotFound
from itsm.core.kept_questions import INSTANT, hidden, kept_question
from itsm.inventory.models import Service, Standing
from itsm.inventory.selectors import followers_of, visible_services
from itsm.monitoring.models import Alert
from itsm.monitoring.severities import CRITICAL
from itsm.people.models import User
from itsm.people.readers import Sort, one_of, sort_of
from itsm.tickets.models import OPEN_PHASES, Phase, Ticket
from itsm.tickets.narrowing import OPEN

MANY = 3  # people who say the same
MOST_KNOWN = 20
OLDEST = timedelta(days=14)

# Few tickets of a million: each part is answered by a small index, and by none of the tickets. The
# instants are hidden from the planner, which would plan anew for each of them.
NOTABLE = f"""
SELECT incident_id FROM monitoring_alert
 WHERE status IN ('firing', 'acked', 'flapping', 'recovering') AND severity = 'critical'
UNION SELECT ticket_ptr_id FROM incidents_incident WHERE major
UNION SELECT incident_id FROM incidents_outageupdate WHERE created_at >= {INSTANT}
UNION SELECT incident_id FROM incidents_affected WHERE joined_at >= {INSTANT}
       GROUP BY incident_id HAVING count(*) >= {MANY}
"""  # noqa: S608 a constant
# The same of those that may be over: an alert keeps only its last incident, so that monitoring's
# most important ones are taken too.
NOTABLE_LATELY = """
SELECT incident_id FROM monitoring_alert WHERE severity = 'critical' AND starts_at >= %s
UNION SELECT id FROM tickets_ticket
       WHERE kind = 'incident' AND priority = 1 AND source = 'monitoring' AND opened_at >= %s
UNION SELECT ticket_ptr_id FROM incidents_incident WHERE major
UNION SELECT incident_id FROM incidents_outageupdate WHERE created_at >= %s
UNION SELECT incident_id FROM incidents_affected GROUP BY incident_id HAVING count(*) >= %s
"""
MOST_SPANS = 500


@dataclass(frozen=True)
class Outage:
    """An incident as everybody may know of it."""

    number: str
    phase: Phase
    service: Service
    since: datetime
    over_at: datetime | None
    affected: int
    is_mine: bool
    said: str
    said_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.phase not in OPEN_PHASES


def known_outages(user: User) -> list[Outage]:
    """The outages of now on services this person may know of, those that hit most people first."""
    return _outages(_known(user.pk, timezone.now() - OLDEST, sort=sort_of(user)))


@kept_question
def _known(user: int, since: datetime, *, sort: Sort) -> QuerySet[Any]:
    notable = RawSQL(NOTABLE, [since, since])  # noqa: S611 a constant
    rows = _public(one_of(sort, user)).filter(pk__in=notable, opened_at__gte=hidden(since))
    still = rows.extra(where=[OPEN])  # noqa: S610 a constant
    return still.order_by("-affected_count", "priority", "-id").only(*SHOWN)[:MOST_KNOWN]


def followed_outages(user: User) -> list[Outage]:
    """The outages this person said "me too" to, the newest first."""
    return _outages(_followed(user.pk, sort=sort_of(user)))


@kept_question
def _followed(user: int, *, sort: Sort) -> QuerySet[Any]:
    rows = _public(one_of(sort, user)).filter(affected__user=user)
    return rows.order_by("-id").only(*SHOWN)[:MOST_KNOWN]


def outage_for(user: User, number: str) -> Outage:
    """One outage; NotFound unless everybody may know of it, or it was joined when they might."""
    incident = incident_of_outage(user, number)
    found = _outages(_public(user).filter(pk=incident.pk).only(*SHOWN))
    return found[0]


def incident_of_outage(user: User, number: str) -> Incident:
    """The incident behind an outage this person may know of, also when it is over since lately."""
    incident: Incident | None = _public(user).filter(number=number.upper()).first()
    if incident is None or not (incident.is_mine or was_notable(incident)):  # type: ignore[attr-defined]
        raise NotFound(f"There is no {number}.")
    return incident


def was_notable(incident: Incident) -> bool:
    """Whether everybody might know of this incident, now or lately."""
    return incident.opened_at >= timezone.now() - OLDEST and (
        incident.major
        or incident.outage_updates.exists()
        or incident.affected.count() >= MANY
        or Alert.objects.filter(incident=incident.pk, severity=CRITICAL).exists()
    )


def updates_of(outage: Outage) -> QuerySet[OutageUpdate]:
    """What everybody was told of an outage, the newest first."""
    return OutageUpdate.objects.filter(incident__number=outage.number).order_by("-id")


def affected_count(incident_ids: Collection[int]) -> dict[int, int]:
    """How many people said "me too" of each of these incidents, those with none left out."""
    counted = Affected.objects.filter(incident__in=incident_ids).values_list("incident")
    return dict(counted.annotate(count=Count("pk")).order_by())


def _public(user: User) -> QuerySet[Any]:
    affected = Affected.objects.filter(incident=OuterRef("pk")).order_by()
    counted = affected.values("incident").annotate(count=Count("pk")).values("count")
    newest = OutageUpdate.objects.filter(incident=OuterRef("pk")).order_by("-id")
    services = visible_services(user).select_related(None).order_by()
    incidents = Incident.objects.filter(
        kind="incident", confidential=False, service__in=services
    ).select_related("service")
    public: QuerySet[Any] = incidents.annotate(
        affected_count=Coalesce(Subquery(counted), 0),
        is_mine=Exists(affected.filter(user=user)),
        said=Subquery(newest.values("body")[:1]),
        said_at=Subquery(newest.values("created_at")[:1]),
    )
    return public.defer("search", "description", "title", "resolution_notes")


def _outages(rows: Iterable[Any]) -> list[Outage]:
    return [
        Outage(
            number=each.number,
            phase=Phase(each.phase),
            service=each.service,
            since=each.impact_started_at or each.opened_at,
            over_at=each.resolved_at,
            affected=each.affected_count,
            is_mine=each.is_mine,
            said=each.said or "",
            said_at=each.said_at,
        )
        for each in rows
    ]


SHOWN = (
    "number", "phase", "opened_at", "resolved_at", "impact_started_at", "service__name",
    "service__title",
)  # fmt: skip
Span = tuple[int, datetime, datetime | None]


def lately(user: User, *, since: datetime) -> list[Span]:
    """When which service had trouble everybody might know of: its id, from when, until when."""
    notable = RawSQL(NOTABLE_LATELY, [since, since, since, MANY])  # noqa: S611 a constant
    services = visible_services(user).select_related(None).order_by()
    rows = Incident.objects.filter(
        pk__in=notable, confidential=False, service__in=services, opened_at__gte=since
    )
    columns = ("service", "impact_started_at", "opened_at", "resolved_at")
    return [
        (service, begun or opened, over)
        for service, begun, opened, over in rows.order_by("-pk").values_list(*columns)[:MOST_SPANS]
    ]


@dataclass(frozen=True)
class Told:
    """What everybody is told of an incident, as staff see it beside the incident."""

    affected: int
    is_known: bool
    updates: list[OutageUpdate]


def told_to_everybody(incident: Incident) -> Told:
    """How many an incident hits, whether everybody knows, and what they were told lately."""
    since = timezone.now() - OLDEST
    notable = RawSQL(NOTABLE, [since, since])  # noqa: S611 a constant
    known = Incident.objects.filter(
        pk=incident.pk,
        pk__in=notable,
        phase__in=OPEN_PHASES,
        opened_at__gte=since,
        confidential=False,
        service__status=Standing.PRODUCTION,
    )
    newest = OutageUpdate.objects.filter(incident=incident.pk).order_by("-id")
    # One question for what every record is asked, and another only where there is more to read.
    affected, is_known, has_updates = (
        Incident.objects.filter(pk=incident.pk)
        .annotate(count=Count("affected"), is_known=Exists(known), has_updates=Exists(newest))
        .values_list("count", "is_known", "has_updates")
        .get()
    )
    return Told(affected, is_known, list(newest[:3]) if has_updates else [])


def people_of_outage(incident: Ticket) -> tuple[list[int], list[int]]:
    """Those who said "me too", and those who follow the service if everybody was told of it."""
    hit = list(Affected.objects.filter(incident=incident.pk).values_list("user", flat=True))
    service = incident.service
    if service is None or service.status != Standing.PRODUCTION:
        return hit, []
    if not OutageUpdate.objects.filter(incident=incident.pk).exists():
        return hit, []
    return hit, list(followers_of([service.pk]).values_list("pk", flat=True))
