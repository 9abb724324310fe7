"""Starting an incident, whoever or whatever reports it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.models import Detection, Incident
from incidents.workflow import workflow
from itsm.core import events
from itsm.core.errors import Invalid, NotAllowed
from itsm.inventory.models import ConfigurationItem, Service
from itsm.people.delegation import acts_for
from itsm.people.models import Team, User
from itsm.tickets.models import OPEN_PHASES, Channel, Level, Link
from itsm.tickets.priority import priority_of


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is said of a new incident; what is left out is proposed or routed."""

    title: str
    description: str = ""
    caller: User | None = None
    service: Service | None = None
    team: Team | None = None
    assignee: User | None = None
    impact: int | None = None
    urgency: int | None = None
    source: str = Channel.SELF_DETECTED
    category: str = ""
    subcategory: str = ""
    tags: Sequence[str] = ()
    configuration_items: Sequence[ConfigurationItem] = ()
    confidential: bool = False
    detection: str = Detection.ENGINEER
    correlation_key: str = ""
    impact_started_at: datetime | None = None
    parent: Incident | None = None
    data: dict[str, object] = field(default_factory=dict)


@transaction.atomic
def open_incident(*, report: Report, actor: User) -> Incident:
    """Start an incident: priority computed, routed to the service's team and by its policy."""
    if not _may_name_caller(report, actor):
        raise NotAllowed(_("You may report for yourself, and for people who let you."))
    return _opened(report=report, actor=actor)


def _may_name_caller(report: Report, actor: User) -> bool:
    caller = report.caller
    if caller is None or actor.is_staffer or caller == actor:
        return True
    return acts_for(actor, caller.pk)


def _opened(*, report: Report, actor: User) -> Incident:
    if not report.title.strip():
        raise Invalid(_("Say in a few words what is wrong."), field="title")
    if actor.is_staffer and not actor.has_perm("tickets.work"):
        raise NotAllowed(_("You may read only."))
    team = report.team or (report.service.owner_team if report.service else None)
    assignee = report.assignee or (pick_assignee(team) if team else None)
    impact, urgency = report.impact or Level.MEDIUM, report.urgency or _proposed_urgency(report)
    now = timezone.now()
    incident = Incident(
        title=report.title.strip()[:250],
        description=report.description,
        caller=report.caller or (None if actor.is_staffer else actor),
        service=report.service,
        team=team,
        assignee=assignee,
        assigned_at=now if team or assignee else None,
        impact=impact,
        urgency=urgency,
        priority=priority_of(impact, urgency),
        source=report.source,
        category=report.category,
        subcategory=report.subcategory,
        tags=sorted(set(report.tags)),
        confidential=report.confidential,
        detection=report.detection if actor.is_staffer else Detection.USER,
        correlation_key=report.correlation_key,
        impact_started_at=min(report.impact_started_at, now) if report.impact_started_at else None,
        detected_at=now,
        parent=report.parent,
    )
    workflow.open(incident, event="incident.opened", actor=actor, data=report.data)
    if report.configuration_items:
        incident.configuration_items.set(report.configuration_items)
    return incident


@transaction.atomic
def open_follow_up(*, closed: Incident, said: str, actor: User) -> Incident:
    """Start a new incident from a reply to one that is closed, with what still holds copied."""
    follow_up = _opened(
        report=Report(
            title=closed.title,
            description=said,
            caller=closed.caller,
            service=closed.service,
            team=closed.team,
            impact=closed.impact,
            urgency=closed.urgency,
            category=closed.category,
            subcategory=closed.subcategory,
            source=Channel.PORTAL,
            tags=closed.tags,
            confidential=closed.confidential,
            data={"follow_up_of": closed.number},
        ),
        actor=actor,
    )
    Link.objects.create(
        from_ticket_id=follow_up.pk, to_ticket_id=closed.pk, sort=Link.Sort.FOLLOW_UP_OF
    )
    data = {"other": follow_up.number, "sort": Link.Sort.FOLLOW_UP_OF}
    events.publish("incident.follow_up_opened", closed, actor=actor, data=data, public=True)
    return follow_up


def pick_assignee(team: Team) -> User | None:
    """Who is given the team's next ticket, by the team's policy; nobody when the team picks."""
    people = User.objects.filter(memberships__team=team, is_active=True, is_bot=False)
    if team.assignment == Team.Assignment.LEAD:
        return people.filter(memberships__is_lead=True, memberships__team=team).first()
    if team.assignment == Team.Assignment.LEAST_BUSY:
        is_open = Q(assigned__phase__in=OPEN_PHASES)
        return (
            people.annotate(busy=Count("assigned", filter=is_open)).order_by("busy", "pk").first()
        )
    return None


def _proposed_urgency(report: Report) -> int:
    is_important = report.caller is not None and report.caller.is_vip
    return Level.HIGH if is_important else Level.MEDIUM
