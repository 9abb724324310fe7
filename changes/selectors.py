"""Questions about changes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from changes.conflicts import WITH_CHANGE, Conflict, Neighbourhood, Plot, conflicts_of
from changes.knowing import Shown
from changes.models import (
    Change,
    ChangeTemplate,
    Deployment,
    Evidence,
    EvidenceKind,
    GateCall,
    Pipeline,
    TemplateVersion,
    Trace,
)
from changes.pipelines import pipelines
from changes.records import records_for
from changes.risk import Circumstances
from changes.surroundings import MOST_EVIDENCE, panes
from changes.windows import Span, first_free
from itsm.core.errors import Invalid, NotFound
from itsm.inventory.models import ConfigurationItem, Relation, Service, ServiceDependency
from itsm.inventory.selectors import downstream_of
from itsm.monitoring.credentials import Credentials
from itsm.monitoring.selectors import NO_SOURCE
from itsm.people.models import User
from itsm.tickets.models import OPEN_PHASES, Task, Ticket
from itsm.tickets.selectors import ticket_for, visible_tickets
from itsm.tickets.task_selectors import tasks_of

E = TypeVar("E", Evidence, Shown)
# What occupies its time on the calendar.
ON_CALENDAR = ("assess", "authorize", "scheduled", "implement")
WAITING = ("new", "scheduled")
MOST_JUDGED_ANEW = 100
SEARCHED = timedelta(days=60)  # how far ahead a free slot is looked for
WANTED_LEAD_TIME = timedelta(days=2)
AT_ONCE = ("emergency", "standard")  # types nobody need plan ahead for
MOST_CALLS = 5
# Of these kinds there may be several beside each other; of the others the latest replaces all.
NAMED = (EvidenceKind.BUILD, EvidenceKind.TESTS, EvidenceKind.SCAN, EvidenceKind.COVERAGE)
# What a plan destroys, by how risky it calls itself.
DESTROYS = {"high": "data", "moderate": "something"}
REMEMBERED = 50  # past changes that make a track record
TOGETHER = (Relation.Sort.PART_OF, Relation.Sort.RUNS_ON, Relation.Sort.DEPENDS_ON)


def change_for(user: User, number: str) -> Change:
    """The change with this number, if this person may see it."""
    found: Change = ticket_for(user, number, Change)
    return found


def template_version(slug: str) -> TemplateVersion:
    """What the template with this short name says now."""
    versions = TemplateVersion.objects.filter(template__slug=slug).select_related("template")
    found = versions.order_by("-number").first()
    if found is None:
        raise Invalid(_("There is no such template."), field="template")
    return found


def plot_of(
    change: Change, *, items: Collection[int] | None = None, at: Span | None = None
) -> Plot | None:
    """A change as it stands on the calendar, or would at another time; None while it has none."""
    at = at or planned_span(change)
    if at is None:
        return None
    if items is None:
        items = [each.pk for each in change.configuration_items.all()]
    return Plot(
        number=change.number,
        span=at,
        type=change.type,
        environment=change.environment,
        state=change.state,
        service_id=change.service_id,
        tier=change.service.tier if change.service else None,
        items=frozenset(items),
        assignee_id=change.assignee_id,
    )


def planned_span(change: Change) -> Span | None:
    """When a change is planned for."""
    if change.planned_start is None or change.planned_end is None:
        return None
    return Span(change.planned_start, change.planned_end)


def starts_of(keys: Collection[int]) -> dict[int, datetime | None]:
    """When the work on these changes is planned to begin, as far as it is."""
    return dict(Change.objects.filter(pk__in=keys).values_list("pk", "planned_start"))


def on_calendar(span: Span) -> QuerySet[Change]:
    """The changes that take up any of this time, with what a plot of them needs."""
    items = Prefetch("configuration_items", ConfigurationItem.objects.only("id"))
    return (
        Change.objects.filter(
            state__in=ON_CALENDAR, planned_start__lt=span.end, planned_end__gt=span.start
        )
        .select_related("service")
        .prefetch_related(items)
        .order_by("planned_start", "pk")
    )


def neighbourhood_of(plot: Plot) -> Neighbourhood:
    """The services one dependency away, and the components that belong together with these."""
    services: set[int] = set()
    if plot.service_id is not None:
        edges = ServiceDependency.objects.filter(
            Q(service=plot.service_id) | Q(needed=plot.service_id)
        )
        services = {each for pair in edges.values_list("service", "needed") for each in pair}
    items: set[int] = set()
    if plot.items:
        related = Relation.objects.filter(
            Q(from_item__in=plot.items) | Q(to_item__in=plot.items), sort__in=TOGETHER
        )
        items = {each for pair in related.values_list("from_item", "to_item") for each in pair}
    return Neighbourhood(frozenset(services - {plot.service_id}), frozenset(items - plot.items))


def conflicts_for(change: Change, *, at: Span | None = None) -> list[Conflict]:
    """Everything that stands in the way of a change at its planned time, or at another."""
    plot = plot_of(change, at=at)
    if plot is None:
        return []
    others = _plots(on_calendar(plot.span).exclude(pk=change.pk))
    return conflicts_of(plot, others=others, panes=panes(plot.span), near=neighbourhood_of(plot))


def conflicts_told_to(user: User, conflicts: Sequence[Conflict]) -> list[Conflict]:
    """The conflicts, without the numbers of changes that this person may not see."""
    numbers = {each.other for each in conflicts if each.sort in WITH_CHANGE}
    if not numbers:
        return list(conflicts)
    seen = set(visible_tickets(user).filter(number__in=numbers).values_list("number", flat=True))
    hidden = _("A confidential change")
    return [
        replace(each, other=hidden) if each.other in numbers - seen else each for each in conflicts
    ]


def next_free_slot(
    change: Change, *, after: datetime | None = None, at: Span | None = None
) -> Span | None:
    """The earliest time as long as planned that nothing blocks; None within sixty days."""
    plot = plot_of(change, at=at)
    if plot is None:
        return None
    start = max(after or plot.span.start, timezone.now())
    horizon = Span(start, start + SEARCHED)
    near, all_panes = neighbourhood_of(plot), panes(horizon)
    concerned = [each for each in all_panes if each.concerns(plot)]
    freezes = [
        span
        for each in concerned
        if each.is_freeze and plot.type not in each.exempt
        for span in each.spans
    ]
    others = _plots(on_calendar(horizon).exclude(pk=change.pk))
    taken = [each.span for each in others if _is_in_the_way(plot, each, near)]
    allowed = [span for each in concerned if not each.is_freeze for span in each.spans]
    has_windows = any(not each.is_freeze for each in concerned)
    return first_free(
        plot.span.end - plot.span.start,
        within=horizon,
        busy=[*freezes, *taken],
        allowed=allowed if has_windows else None,
    )


def _is_in_the_way(plot: Plot, other: Plot, near: Neighbourhood) -> bool:
    moved = Plot(**{**vars(plot), "span": other.span})
    return bool(conflicts_of(moved, others=[other], panes=(), near=near))


def _plots(changes: Iterable[Change]) -> list[Plot]:
    return [plot for each in changes if (plot := plot_of(each)) is not None]


def circumstances_of(
    change: Change, *, conflicts: Sequence[Conflict], now: datetime
) -> Circumstances:
    """What is known of a change that makes it more or less risky."""
    standing = standing_evidence(change)
    plans = [each for each in standing if each.kind == EvidenceKind.PLAN]
    service, records = change.service, records_for(change)
    return Circumstances(
        tier=service.tier if service else None,
        touched=max(change.configuration_items.count(), 1),
        downstream=len(downstream_of(service)) if service else 0,
        has_tested_backout=change.backout_tested,
        lead_time=None
        if change.type in AT_ONCE or change.planned_start is None
        else change.planned_start - now,
        wanted_lead_time=WANTED_LEAD_TIME,
        is_outside_window=any(each.sort == "outside_window" for each in conflicts),
        has_failed_evidence=any(each.outcome == Evidence.Outcome.FAILED for each in standing),
        destroys=next((DESTROYS.get(each.facts.get("risk", ""), "") for each in plans), ""),
        record=min(records.values(), default=None),
        records=records,
        is_irreversible=change.irreversible,
        has_open_incident=has_open_incident(service),
        answered=sum(each for each in change.answers.values() if isinstance(each, int)),
    )


def has_open_incident(service: Service | None) -> bool:
    """Whether something is wrong with the service now."""
    if service is None:
        return False
    return Ticket.objects.filter(service=service, kind="incident", phase__in=OPEN_PHASES).exists()


def open_tasks_of(change: Change) -> list[Task]:
    """What is still to be done."""
    return [each for each in tasks_of(change) if each.is_open()]


def lapsed(now: datetime) -> QuerySet[Any]:
    """Scheduled changes whose time passed without their being started."""
    return Change.objects.filter(state="scheduled", planned_end__lt=now, on_hold=False)


def visible_deployments(user: User) -> QuerySet[Deployment]:
    """The deployments this person may see: staff see all of them, end users none."""
    found = Deployment.objects.select_related("service", "pipeline")
    return found if user.has_perm("tickets.view_all") else found.none()


def evidence_on(change: Ticket) -> QuerySet[Evidence]:
    """What pipelines showed of a change, the latest first."""
    found = Evidence.objects.filter(change=change.pk).select_related("pipeline")
    return found.order_by("-happened_at", "-pk")


def standing_evidence(change: Ticket) -> list[Evidence]:
    """What counts of what was shown of a change."""
    return standing_of(evidence_on(change)[:MOST_EVIDENCE])


def standing_of(found: Iterable[E]) -> list[E]:
    """What counts: of each kind and name the first, which is the latest."""
    latest: dict[tuple[str, str], E] = {}
    for each in found:
        latest.setdefault((each.kind, each.name if each.kind in NAMED else ""), each)
    return list(latest.values())


def failed_evidence(change: Ticket) -> list[str]:
    """The kinds of evidence that speak against a change."""
    failed = Evidence.Outcome.FAILED
    return sorted({each.kind for each in standing_evidence(change) if each.outcome == failed})


def missing_evidence(change: Ticket, standing: Sequence[Evidence]) -> list[str]:
    """The kinds its pipelines ask for of which nothing is known, or nothing good."""
    traces = Trace.objects.filter(change=change.pk)
    asked = Pipeline.objects.filter(pk__in=traces.values("pipeline"))
    wanted = {kind for kinds in asked.values_list("required_evidence", flat=True) for kind in kinds}
    return lacking(wanted, standing)


def lacking(wanted: Collection[str], standing: Iterable[E]) -> list[str]:
    """The kinds that are wanted of which nothing is known."""
    known = {each.kind for each in standing if each.outcome != Evidence.Outcome.UNKNOWN}
    return sorted(set(wanted) - known)


def deployments_of(change: Ticket) -> QuerySet[Deployment]:
    """What was delivered with a change, the latest first."""
    found = Deployment.objects.filter(change=change.pk).select_related("service")
    return found.order_by("-registered_at", "-pk")


def gate_calls_of(change: Ticket) -> list[GateCall]:
    """The pipelines that wait or waited for this change, the latest first."""
    found = GateCall.objects.filter(change=change.pk).select_related("pipeline")
    return list(found.defer("token").order_by("-pk")[:MOST_CALLS])


def template_named(slug: str) -> ChangeTemplate:
    """The template of this short name; Invalid when there is none."""
    found = ChangeTemplate.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid(_("There is no template %(slug)s.") % {"slug": slug}, field="template")
    return found


def visible_pipelines(user: User) -> QuerySet[Pipeline]:
    """The pipelines this person may see."""
    listed = Pipeline.objects.defer("secret", "answer_token")
    listed = listed.select_related("bot", "service", "template")
    return listed if user.has_perm("tickets.view_all") else listed.none()


def has_pipeline(slug: str) -> bool:
    """Whether a pipeline posts to this address."""
    return Pipeline.objects.filter(slug=slug).exists()


def pipeline_for(slug: str, *, credentials: Credentials, now: datetime) -> Pipeline | None:
    """The pipeline a post comes from; None at other addresses, NotFound unless it proves it."""
    found = Pipeline.objects.select_related("bot").filter(slug=slug, is_active=True)
    pipeline = found.order_by().first()
    if pipeline is None:
        return None
    header = pipelines[pipeline.kind].token_header
    is_right = credentials.match_token(
        pipeline.token_hash, header_name=pipeline.header_name or header
    )
    shown = credentials.headers.get(header, "") if header else ""
    if pipeline.secret and credentials.is_signed():
        # A wrong signature is refused although the token may be right: the body was changed.
        is_right = credentials.match_signature(pipeline.secret, now=now)
    elif pipeline.secret and shown:
        is_right = is_right or constant_time_compare(shown, pipeline.secret)
    if not is_right:
        raise NotFound(NO_SOURCE)
    return pipeline


def waiting_like(change: Change) -> QuerySet[Any]:
    """What waits to be made from the same template, on the same service or by the same team.

    What is before people who decide is left as they see it.
    """
    like = Q(service=change.service_id) if change.service_id else Q(pk__in=())
    if change.team_id:
        like |= Q(team=change.team_id)
    if change.template_version_id:
        like |= Q(template_version=change.template_version_id)
    waiting = Change.objects.filter(like, state__in=WAITING).exclude(pk=change.pk)
    return waiting.order_by("planned_start", "pk")[:MOST_JUDGED_ANEW]
