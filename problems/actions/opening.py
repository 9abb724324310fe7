"""Starting a problem, whoever or whatever asks why."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from itsm.core.errors import Invalid, NotAllowed
from itsm.inventory.models import ConfigurationItem, Service
from itsm.people.models import Team, User
from itsm.tickets.models import Channel, Level, Ticket
from itsm.tickets.priority import priority_of
from problems.actions.linking import link_incident
from problems.models import CauseCategory, Origin, Problem
from problems.workflow import workflow


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is said of a new problem; ``incidents`` are what made somebody ask."""

    title: str
    description: str = ""
    symptoms: str = ""
    cause: str = ""
    workaround: str = ""
    caller_summary: str = ""
    caller_advice: str = ""
    cause_category: CauseCategory | None = None
    origin: str = Origin.REACTIVE
    service: Service | None = None
    configuration_items: Sequence[ConfigurationItem] = ()
    team: Team | None = None
    assignee: User | None = None
    impact: int | None = None
    urgency: int | None = None
    source: str = Channel.SELF_DETECTED
    tags: Sequence[str] = ()
    confidential: bool = False
    major: bool = False
    incidents: Sequence[Ticket] = ()


@transaction.atomic
def open_problem(*, report: Report, actor: User) -> Problem:
    """Start a problem with its incidents; one of a confidential incident is confidential too."""
    if not actor.has_perm("problems.work"):
        raise NotAllowed(_("You may not open problems."))
    if not report.title.strip():
        raise Invalid(_("Say in a few words what keeps happening."), field="title")
    check_coordinator(report.assignee, field="assignee")
    impact, urgency = report.impact or Level.MEDIUM, report.urgency or Level.MEDIUM
    problem = Problem(
        title=report.title.strip()[:250],
        description=report.description,
        symptoms=report.symptoms,
        cause=report.cause,
        workaround=report.workaround,
        caller_summary=report.caller_summary,
        caller_advice=report.caller_advice,
        cause_category=report.cause_category,
        origin=report.origin,
        service=report.service,
        team=report.team or (report.service.owner_team if report.service else None),
        assignee=report.assignee,
        impact=impact,
        urgency=urgency,
        priority=priority_of(impact, urgency),
        source=report.source,
        tags=sorted(set(report.tags)),
        major=report.major,
        confidential=report.confidential or any(each.confidential for each in report.incidents),
    )
    workflow.open(problem, event="problem.opened", actor=actor)
    if report.configuration_items:
        problem.configuration_items.set(report.configuration_items)
    for each in report.incidents:
        problem = link_incident(problem=problem, incident=each, actor=actor)
    return problem


def check_coordinator(person: User | None, *, field: str) -> None:
    """Refuse to let somebody coordinate who may not work on problems."""
    if person is not None and not person.has_perm("problems.work"):
        raise Invalid(_("%(name)s may not work on problems.") % {"name": person}, field=field)
