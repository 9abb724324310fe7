"""How earlier changes went: of a template, a service, a team."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet, Subquery

from changes.earning import Run, good_in_a_row
from changes.models import (
    Attribution,
    Change,
    ChangeTemplate,
    CloseCode,
    TemplateProposal,
    TemplateVersion,
)
from changes.risk import rating_of, track_record
from itsm.core.errors import NotFound
from itsm.people.models import User
from itsm.tickets.permissions import may_see_notes

REMEMBERED = 50  # past changes that make a track record
MOST_RUNS = 200


def records_for(change: Change) -> dict[str, float]:
    """The track records of a change's template, service and team, as far as they have any."""
    closed = Change.objects.filter(state="closed").exclude(pk=change.pk)
    asked: dict[str, QuerySet[Any]] = {}
    if change.template_version is not None:
        template = change.template_version.template_id
        asked["template"] = closed.filter(template_version__template=template)
    if change.service_id:
        asked["service"] = closed.filter(service=change.service_id)
    if change.team_id:
        asked["team"] = closed.filter(team=change.team_id)
    found = {name: track_record(ended_of(changes)) for name, changes in asked.items()}
    return {name: record for name, record in found.items() if record is not None}


def ended_of(changes: QuerySet[Any]) -> list[tuple[str, int | None]]:
    """How the latest of these changes ended, and the worst incident each has caused."""
    ended = list(changes.order_by("-closed_at", "-pk").values_list("pk", "close_code")[:REMEMBERED])
    caused = Attribution.objects.filter(
        change__in=[pk for pk, _code in ended], provenance="confirmed"
    )
    worst: dict[int, int] = {}
    for pk, priority in caused.values_list("change", "incident__priority"):
        worst[pk] = min(worst.get(pk, priority), priority)
    return [(code, worst.get(pk)) for pk, code in ended if code in CloseCode.values]


def runs_of(template: ChangeTemplate, *, version: TemplateVersion) -> Sequence[tuple[int, Run]]:
    """The finished changes made from this version since it was last demoted, newest first."""
    changes = Change.objects.filter(template_version=version.pk, state="closed")
    if template.demoted_at is not None:
        changes = changes.filter(actual_start__gt=template.demoted_at)
    causing = Attribution.objects.filter(change=OuterRef("pk"), provenance="confirmed")
    rows = (
        changes.annotate(has_caused=Exists(causing))
        .order_by("-closed_at", "-pk")
        .values_list("pk", "number", "close_code", "has_caused")[:MOST_RUNS]
    )
    return [(pk, Run(number, code, has_caused)) for pk, number, code, has_caused in rows]


def newest_version(template: ChangeTemplate) -> TemplateVersion | None:
    """What changes are made from now."""
    return template.versions.order_by("-number").first()


@dataclass(frozen=True)
class Report:
    """What a template has earned so far: its record, its good runs in a row, what is proposed."""

    record: float | None
    good_runs: int
    proposal: TemplateProposal | None

    @property
    def rating(self) -> str:
        """The record in a word; none without one."""
        return rating_of(self.record) if self.record is not None else ""


def visible_templates(user: User) -> QuerySet[ChangeTemplate]:
    """The templates this person may see, those in use first."""
    templates = ChangeTemplate.objects.select_related("owner_team")
    if not may_see_notes(user):
        return templates.none()
    return templates.order_by("standing", "name", "pk")


def template_for(user: User, slug: str) -> ChangeTemplate:
    """The template of this short name; NotFound when there is none this person may see."""
    found = visible_templates(user).filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such template.")
    return found


def open_proposal(template: ChangeTemplate) -> TemplateProposal:
    """What is proposed for a template; NotFound when nothing is."""
    found = template.proposals.filter(state=TemplateProposal.State.OPEN).first()
    if found is None:
        raise NotFound("Nothing is proposed for this template.")
    return found


def reports_of(templates: Iterable[ChangeTemplate]) -> dict[int, Report]:
    """What each of these templates has earned, in three statements however many there are."""
    listed = {each.pk: each for each in templates}
    causing = Attribution.objects.filter(change=OuterRef("pk"), provenance="confirmed")
    worst = causing.order_by("incident__priority").values("incident__priority")[:1]
    rows = (
        Change.objects.filter(template_version__template__in=listed, state="closed")
        .annotate(worst=Subquery(worst))
        .order_by("-closed_at", "-pk")
        .values_list(
            "template_version__template", "template_version__number", "number", "close_code",
            "actual_start", "worst",
        )[: MOST_RUNS * max(len(listed), 1)]
    )  # fmt: skip
    newest = dict(
        TemplateVersion.objects.filter(template__in=listed)
        .order_by("template")
        .values_list("template")
        .annotate(newest=Max("number"))
    )
    proposals = TemplateProposal.objects.filter(
        template__in=listed, state=TemplateProposal.State.OPEN
    ).select_related("version__created_by")
    by_template = {each.template_id: each for each in proposals}
    ended: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    runs: dict[int, list[Run]] = defaultdict(list)
    for pk, version, number, code, began_at, caused in rows:
        ended[pk].append((code, caused))
        demoted_at = listed[pk].demoted_at
        is_old = demoted_at is not None and (began_at is None or began_at <= demoted_at)
        if version == newest.get(pk) and not is_old:
            runs[pk].append(Run(number, code, has_caused=caused is not None))
    return {
        pk: Report(
            track_record(ended[pk][:REMEMBERED]), len(good_in_a_row(runs[pk])), by_template.get(pk)
        )
        for pk in listed
    }
