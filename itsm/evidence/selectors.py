"""Questions about evidence: who may post and be asked, what is known near a trouble, and packs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from itsm.core.errors import NotFound
from itsm.evidence.accusing import DONE, Firing
from itsm.evidence.models import EvidencePack, EvidenceQuery, EvidenceSource, LogLine, LogSource
from itsm.evidence.patterns import ERROR, NOTICE, Line
from itsm.inventory.models import ConfigurationItem, Relation, Service
from itsm.inventory.selectors import edges, reached
from itsm.monitoring.credentials import Credentials
from itsm.monitoring.models import Alert
from itsm.monitoring.selectors import NO_SOURCE
from itsm.people.models import User
from itsm.tickets.models import OPEN_PHASES, Ticket
from itsm.tickets.permissions import may_see_notes

MOST_SERVICES = 50
MOST_ITEMS = 500
MOST_LINES = 5000  # of those posted to us, before and during each
MOST_FIRING = 50
EARLY = timedelta(minutes=30)  # an alert that fires this long before may be of the same trouble
KINDS = ("incident", "problem")
LEAST_URGENT = 3  # the last priority of which a pack is made unasked
YOUNG = timedelta(seconds=30)
SETTLED = timedelta(minutes=12)  # after which more is known than at the beginning
FORGOTTEN = timedelta(hours=1)
AT_ONCE = 5
MOST_A_MINUTE = 20  # packs made unasked: in a storm the clock makes the others


def has_log_source(slug: str) -> bool:
    """Whether a tool that passes log lines on posts to this address."""
    return LogSource.objects.filter(slug=slug).exists()


def log_source_for(slug: str, *, credentials: Credentials) -> LogSource | None:
    """The tool a post comes from; None at other addresses, NotFound unless it proves it."""
    source = LogSource.objects.filter(slug=slug, is_active=True).order_by().first()
    if source is None:
        return None
    if not credentials.match_token(source.token_hash, header_name=source.header_name):
        raise NotFound(NO_SOURCE)
    return source


def began_at(ticket: Ticket) -> datetime:
    """Since when there is trouble: as people said, else as its first alert or itself did.

    Of a problem, since its newest incident: of that the tools still know most.
    """
    if ticket.kind == "problem":
        incidents = Ticket.objects.filter(incident__problem=ticket.pk)
        newest = incidents.order_by("-opened_at", "-id").first()
        return began_at(newest) if newest is not None else ticket.opened_at
    rows = Ticket.objects.filter(pk=ticket.pk).values_list("incident__impact_started_at")
    said: datetime | None = next((at for (at,) in rows), None)
    if said is not None:
        return said
    alerts = Alert.objects.filter(incident=ticket.pk).aggregate(first=Min("starts_at"))
    first: datetime | None = alerts["first"]
    return min(ticket.opened_at, first or ticket.opened_at)


@dataclass(frozen=True)
class Surroundings:
    """What a record is about, and all that needs: by name, since tools know only names."""

    start: str
    services: dict[int, Service]
    items: dict[str, str]  # of each component the service it is of, empty when of none
    edges: tuple[tuple[str, str], ...]

    @property
    def within(self) -> set[str]:
        """Everything on the map."""
        named = {each.name for each in self.services.values()}
        return {self.start, *named, *self.items} - {""}


def surroundings_of(ticket: Ticket) -> Surroundings:
    """The map around a record: its service, what that needs, and what they run on."""
    own = list(ticket.configuration_items.order_by("name")[:MOST_ITEMS])
    start = ticket.service_id
    graph = edges() if start is not None else {}
    wanted = [start, *sorted(reached(start, graph))] if start is not None else []
    services = Service.objects.in_bulk(wanted[:MOST_SERVICES])
    items = {each.pk: each for each in own}
    running = ConfigurationItem.objects.filter(service__in=services).order_by("pk")
    items |= {each.pk: each for each in running[:MOST_ITEMS]}
    related = Relation.objects.filter(from_item__in=items).select_related("from_item", "to_item")
    found = [
        (services[user].name, services[needed].name)
        for user in services
        for needed in sorted(graph.get(user, ()))
        if needed in services
    ]
    found += [
        (services[each.service_id].name, each.name)
        for each in items.values()
        if each.service_id in services
    ]
    for relation in related[:MOST_ITEMS]:
        items.setdefault(relation.to_item_id, relation.to_item)
        found.append((relation.from_item.name, relation.to_item.name))
    first = services[start].name if start in services else (own[0].name if own else "")
    found += [(first, each.name) for each in own if each.name != first]
    names = {
        each.name: services[each.service_id].name if each.service_id in services else ""
        for each in items.values()
    }
    distinct = dict.fromkeys(pair for pair in found if pair[0] != pair[1])
    return Surroundings(first, services, names, tuple(distinct))


def queries_about(services: Collection[int]) -> list[EvidenceQuery]:
    """What is asked about these services, of which tool."""
    asked = EvidenceQuery.objects.filter(
        Q(service__isnull=True) | Q(service__in=services), is_active=True, source__is_active=True
    )
    return list(asked.select_related("source", "service").order_by("source", "name"))


def queries_of(source: EvidenceSource) -> list[EvidenceQuery]:
    """What a tool is asked."""
    asked = EvidenceQuery.objects.filter(source=source, is_active=True)
    return list(asked.select_related("source", "service").order_by("name"))


def any_service() -> Service | None:
    """A service to try a query with: the most important one."""
    return Service.objects.order_by("tier", "name").first()


def posted_lines(
    around: Surroundings, *, since: datetime, split: datetime, until: datetime
) -> list[Line]:
    """The lines that were posted to us: of what is on the map all, of others errors and notices.

    Of too many the last count before the split, and the first after it.
    """
    names = around.within
    near = Q(service__in=names) | Q(host__in=names) | Q(program__in=names)
    # What is done to systems is noted in no map's name: by whoever deploys.
    notices = Q(level__lte=NOTICE, text__iregex=DONE.pattern)
    lines = LogLine.objects.filter(near | notices | Q(level__lte=ERROR))
    before = lines.filter(at__gte=since, at__lt=split).order_by("-at", "-id")[:MOST_LINES]
    during = lines.filter(at__gte=split, at__lt=until).order_by("at", "id")[:MOST_LINES]
    return [
        Line(each.at, each.text, each.level, component_of(each, around))
        for each in [*reversed(before), *during]
    ]


def component_of(line: LogLine, around: Surroundings) -> str:
    """By what name a line's component is known, here or to whoever wrote it."""
    if line.service:
        return line.service
    for name in (line.host, line.program):
        if name in around.within:
            # What a service needs is judged as a whole; of its own hosts it may be one.
            service = around.items.get(name, "")
            return service if service and service != around.start else name
    return "@".join(filter(None, (line.program, line.host)))


def firing_near(
    ticket: Ticket, around: Surroundings, *, at: datetime, until: datetime
) -> list[Firing]:
    """The alerts of what the record's service needs that began about when the trouble did."""
    near = Q(service__in=around.services) | Q(configuration_item__name__in=around.items)
    found = Alert.objects.filter(near, starts_at__gte=at - EARLY, starts_at__lte=until)
    rows = found.select_related("service", "configuration_item").order_by("starts_at", "pk")
    found_alerts = list(rows[:MOST_FIRING])
    own = {each.configuration_item_id for each in found_alerts if each.incident_id == ticket.pk}
    told = []
    for each in found_alerts:
        item = each.configuration_item.name if each.configuration_item else ""
        service = each.service.name if each.service else ""
        is_own = each.incident_id == ticket.pk
        # That it was noticed at several places speaks against none of them.
        component = (item if len(own) == 1 else "") if is_own else service or item
        if component != around.start:
            told.append(
                Firing(
                    component=component,
                    title=each.title,
                    is_critical=each.severity == "critical",
                    since=each.starts_at,
                )
            )
    return told


def visible_packs(user: User) -> QuerySet[EvidencePack]:
    """The packs this person may read: those of records he may see, for staff only."""
    packs = EvidencePack.objects.select_related("ticket", "asked_by")
    if not may_see_notes(user):
        return packs.none()
    if user.has_perm("tickets.view_confidential"):
        return packs
    seen = Ticket.objects.visible_to(user).order_by()
    return packs.filter(ticket__in=seen.values("pk"))


def packs_of(user: User, ticket: Ticket) -> QuerySet[EvidencePack]:
    """The packs of a record this person may see, and of a problem's incidents, the newest first."""
    if not may_see_notes(user):
        return EvidencePack.objects.none()
    own = EvidencePack.objects.filter(ticket=ticket.pk)
    if ticket.kind != "problem":
        return own.order_by("-id")
    incidents = Ticket.objects.visible_to(user).filter(incident__problem=ticket.pk).order_by()
    of_incidents = Q(ticket__in=incidents.values("pk"))
    return EvidencePack.objects.filter(Q(ticket=ticket.pk) | of_incidents).order_by("-id")


def has_pack_for(event_id: int) -> bool:
    """Whether the pack an event asks for has been made."""
    return EvidencePack.objects.filter(event_id=event_id).exists()


def wants_pack(ticket: Ticket) -> bool:
    """Whether an incident is urgent and has no pack yet, and there is no storm of them."""
    if ticket.priority > LEAST_URGENT or not ticket.is_open():
        return False
    lately = EvidencePack.objects.filter(
        why=EvidencePack.Why.BEGUN, made_at__gte=timezone.now() - timedelta(minutes=1)
    )
    if EvidencePack.objects.filter(ticket=ticket.pk).exists():
        return False
    return lately.count() < MOST_A_MINUTE


def unsettled(now: datetime) -> list[Ticket]:
    """Young, open, urgent incidents that want another look, now that more is known."""
    if not has_sources():
        return []
    packs = EvidencePack.objects.filter(made_at__gte=now - FORGOTTEN).values("ticket")
    again = packs.exclude(why=EvidencePack.Why.BEGUN)
    settled = Q(opened_at__lte=now - SETTLED) & ~Q(pk__in=again)
    # Nothing was known of these yet: what speaks may have come since.
    unknown = Q(opened_at__lte=now - YOUNG) & ~Q(pk__in=packs)
    rows = Ticket.objects.filter(
        settled | unknown,
        kind="incident",
        phase__in=OPEN_PHASES,
        priority__lte=LEAST_URGENT,
        opened_at__gte=now - FORGOTTEN,
    )
    return list(rows.select_related("service").order_by("priority", "-id")[:AT_ONCE])


def has_sources() -> bool:
    """Whether there is any tool that is asked for evidence, or that posts some."""
    asked = EvidenceSource.objects.filter(is_active=True)
    return asked.exists() or LogSource.objects.filter(is_active=True).exists()


def ticket_of(kind: str, pk: int) -> Ticket | None:
    """The record an event is about."""
    found: Ticket | None = Ticket.objects.filter(kind=kind, pk=pk).select_related("service").first()
    return found
