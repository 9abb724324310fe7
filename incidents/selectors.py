"""Questions about incidents."""

from collections.abc import Collection

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from incidents.models import Incident
from itsm.monitoring.models import Alert, Status
from itsm.people.models import User
from itsm.tickets.models import OPEN_PHASES, Link, Ticket
from itsm.tickets.selectors import ticket_for, visible_tickets

FIRING = (Status.FIRING, Status.ACKED, Status.FLAPPING, Status.RECOVERING)


def visible_incidents(user: User) -> QuerySet[Incident]:
    """The incidents this person may see, with what a row shows and the number of their alerts."""
    incidents: QuerySet[Incident] = visible_tickets(user, Incident)
    counted = (
        Alert.objects.filter(incident=OuterRef("pk"))
        .order_by()
        .values("incident")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return incidents.annotate(alerts_count=Coalesce(Subquery(counted), 0))


def alert_counts(ids: Collection[int]) -> dict[int, int]:
    """How many alerts each of these incidents has, those without any left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT incident_id, count(*) FROM monitoring_alert"
            " WHERE incident_id = ANY(%s) GROUP BY incident_id",
            [list(ids)],
        )
        return dict(cursor.fetchall())


def incident_for(user: User, number: str) -> Incident:
    """The incident with this number; NotFound when there is none this person may see."""
    incident: Incident = ticket_for(user, number, Incident)
    return incident


def firing_alerts_of(incident: Ticket) -> QuerySet[Alert]:
    """The alerts of an incident that have not ended."""
    return Alert.objects.filter(incident=incident.pk, status__in=FIRING)


def alerts_of(user: User, incident: Ticket) -> QuerySet[Alert]:
    """The alerts of an incident, firing ones first; end users are shown none."""
    if not user.has_perm("tickets.view_all"):
        return Alert.objects.none()
    return (
        Alert.objects.filter(incident=incident.pk)
        .select_related("source", "service", "configuration_item")
        .order_by("ends_at", "-last_seen_at")
    )


def open_incidents_of_problem(problem: Ticket) -> QuerySet[Incident]:
    """The incidents of a problem on which work is not over."""
    return Incident.objects.filter(problem=problem.pk, phase__in=OPEN_PHASES).order_by("pk")


def waiting_for(ticket: Ticket, reason: str) -> QuerySet[Incident]:
    """The incidents on hold for this problem or change, which they name or are linked to."""
    links = Link.objects.filter(from_ticket=ticket.pk) | Link.objects.filter(to_ticket=ticket.pk)
    linked = {pk for pair in links.values_list("from_ticket", "to_ticket") for pk in pair}
    named = Q(problem=ticket.pk) | Q(caused_by_change=ticket.pk) | Q(pk__in=linked)
    held = Incident.objects.filter(named, state="on_hold", on_hold_reason=reason)
    return held.order_by("pk")


def open_children_of(incident: Ticket, *, states: Collection[str]) -> QuerySet[Incident]:
    """The incidents directly below one that are in these states."""
    return Incident.objects.filter(parent=incident.pk, state__in=states).order_by("pk")
