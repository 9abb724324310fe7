"""Starting a change, whoever or whatever plans it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from changes.actions.assessing import assess
from changes.models import (
    Category,
    Change,
    ChangeTemplate,
    ChangeType,
    Environment,
    TemplateVersion,
)
from changes.workflow import workflow
from itsm.core.errors import Invalid, NotAllowed
from itsm.inventory.models import ConfigurationItem, Service
from itsm.people.models import Team, User
from itsm.tickets.models import Channel, Level
from itsm.tickets.priority import priority_of

COPIED = (
    "category", "service", "implementation_plan", "test_plan", "backout_plan", "backout_tested",
    "irreversible", "outage_expected",
)  # fmt: skip


TO_BE_TRIED = (ChangeTemplate.Standing.PROPOSED, ChangeTemplate.Standing.DEMOTED)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is said of a new change; what is left out is proposed or comes from its template."""

    title: str = ""
    description: str = ""
    type: str = ChangeType.NORMAL
    category: str = Category.CONFIG
    environment: str = Environment.PRODUCTION
    reason: str = ""
    service: Service | None = None
    configuration_items: Sequence[ConfigurationItem] = ()
    team: Team | None = None
    assignee: User | None = None
    impact: int = Level.MEDIUM
    urgency: int = Level.MEDIUM
    planned_start: datetime | None = None
    planned_end: datetime | None = None
    outage_expected: bool = False
    implementation_plan: str = ""
    test_plan: str = ""
    backout_plan: str = ""
    backout_tested: bool = False
    irreversible: bool = False
    answers: Mapping[str, int] = field(default_factory=dict)
    artifact_digest: str = ""
    tags: Sequence[str] = ()
    source: str = Channel.SELF_DETECTED
    template_version: TemplateVersion | None = None
    retroactive_reason: str = ""


@transaction.atomic
def open_change(*, plan: Plan, actor: User) -> Change:
    """Start a change: from its template where it has one, its risk judged at once."""
    if not actor.has_perm("changes.work"):
        raise NotAllowed(_("You may not open changes."))
    _check_window(plan.planned_start, plan.planned_end)
    given = _given(plan)
    service: Service | None = given["service"]
    change = Change(
        **given,
        team=plan.team or (service.owner_team if service else None),
        assignee=plan.assignee,
        priority=priority_of(plan.impact, plan.urgency),
        edited_by=actor,
    )
    workflow.open(change, event="change.opened", actor=actor)
    if plan.configuration_items:
        change.configuration_items.set(plan.configuration_items)
    assess(change=change)
    return change


def _given(plan: Plan) -> dict[str, Any]:
    """The columns of the new row, those of the template filled in where nothing was said."""
    names = (
        "title", "description", "type", "category", "environment", "reason", "service", "impact",
        "urgency", "planned_start", "planned_end", "outage_expected", "implementation_plan",
        "test_plan", "backout_plan", "backout_tested", "irreversible", "artifact_digest", "source",
        "template_version", "retroactive_reason",
    )  # fmt: skip
    given = {name: getattr(plan, name) for name in names}
    given |= {"answers": dict(plan.answers), "tags": sorted(set(plan.tags))}
    version = plan.template_version
    if plan.type == ChangeType.STANDARD and version is None:
        raise Invalid(_("Say which template the standard change is made from."), field="template")
    if version is not None:
        given |= _from_template(version, plan)
    if not given["title"].strip():
        raise Invalid(_("Say in a few words what is changed."), field="title")
    return given


def _from_template(version: TemplateVersion, plan: Plan) -> dict[str, Any]:
    # What has yet to earn it may be tried as a normal change, which asks for leave.
    is_in_use = version.template.standing == ChangeTemplate.Standing.ACTIVE
    is_tried = plan.type == ChangeType.NORMAL and version.template.standing in TO_BE_TRIED
    if not (is_in_use or is_tried):
        raise Invalid(
            _("No change can be made from %(name)s now.") % {"name": version.template},
            field="template",
        )
    free = free_columns(version)
    taken: dict[str, Any] = {
        name: getattr(plan, name)
        if name in free and getattr(plan, name)
        else getattr(version, name)
        for name in COPIED
    }
    taken["title"] = plan.title.strip() or version.title
    taken["description"] = plan.description or version.description
    return taken


def free_columns(version: TemplateVersion) -> set[str]:
    """What may be said otherwise than the template says; a service where it names none."""
    return {*version.editable, *(() if version.service_id else ("service",))}


def _check_window(start: datetime | None, end: datetime | None) -> None:
    if start and end and end <= start:
        raise Invalid(_("The end must come after the start."), field="planned_end")
