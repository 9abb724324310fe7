"""Questions about the catalogue and about service requests."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from itsm.automation.models import RunbookVersion
from itsm.automation.selectors.runbooks import (
    newest_version_of,
    runbook_named,
)
from itsm.core.errors import NotFound
from itsm.inventory.selectors import visible_configuration_items, visible_services
from itsm.people.delegation import represented_by
from itsm.people.models import User
from itsm.people.selectors import slugs_of_teams_of, visible_users
from itsm.tickets.search import words_of
from itsm.tickets.selectors import ticket_for, visible_tickets
from requests.answering import Lookups
from requests.audience import Somebody, is_offered
from requests.models import (
    BundlePart,
    CartLine,
    CatalogItem,
    Category,
    Order,
    ServiceRequest,
    Step,
    Target,
)
from requests.pricing import together
from requests.questions import Question
from requests.workflow import HELD

MOST_LISTED = 300
MOST_OFFERED = 500
COST_NOTHING = frozenset({"rejected", "canceled", "closed_skipped"})
# What a question can ask for by its name, and which of it a person may know.
NAMED: Mapping[str, Callable[[User], QuerySet[Any]]] = {
    "service": visible_services,
    "component": visible_configuration_items,
}


class Offer(NamedTuple):
    """What a page of many items shows of each."""

    slug: str
    name: str
    summary: str
    price: Decimal
    currency: str
    category_id: int
    audience: dict[str, list[str]]


Item = TypeVar("Item", CatalogItem, Offer)


def catalogue_for(user: User, *, text: str = "", category: str = "") -> list[CatalogItem]:
    """What this person can order, those that have the words first."""
    items = _on_offer(text, category).prefetch_related("category").defer("search", "description")
    return _offered_to(user, list(items[:MOST_LISTED]))


def offers_for(user: User, *, text: str = "", category: str = "") -> list[Offer]:
    """The same as rows that are cheap, because a page shows hundreds of them."""
    rows = _on_offer(text, category).values_list(*Offer._fields)[:MOST_LISTED]
    return _offered_to(user, [Offer(*each) for each in rows])


def _offered_to(user: User, found: list[Item]) -> list[Item]:
    """Those that are offered to this person."""
    if not any(each.audience for each in found):
        return found
    somebody = as_somebody(user)
    return [each for each in found if is_offered(each.audience, somebody)]


def _on_offer(text: str, category: str) -> QuerySet[CatalogItem]:
    items = CatalogItem.objects.filter(is_available=True)
    is_bundle = Exists(BundlePart.objects.filter(bundle=OuterRef("pk")))
    items = items.filter(Q(current__isnull=False) | is_bundle)
    if category:
        items = items.filter(category__slug=category)
    words = words_of(text)
    if words:
        raw = " & ".join(f"{each}:*" for each in words)
        query = SearchQuery(raw, search_type="raw", config="simple")
        ranked = items.filter(search=query).annotate(rank=SearchRank(F("search"), query))
        return ranked.order_by("-rank", "name")
    return items.order_by("category__position", "name")


def as_somebody(user: User) -> Somebody:
    """What of a person decides what is offered."""
    teams = slugs_of_teams_of([user.pk]).get(user.pk, [])
    return Somebody(username=user.username, role=user.role, teams=teams)


def item_to_order(user: User, slug: str) -> CatalogItem:
    """One thing this person can order; NotFound when there is none such for him."""
    found = CatalogItem.objects.filter(slug=slug, is_available=True)
    item = found.select_related("category", "current", "service", "owner_team").first()
    if item is None or not is_offered(item.audience, as_somebody(user)):
        raise NotFound("There is no such item.")
    return item


def parts_of(item: CatalogItem) -> list[CatalogItem]:
    """What is ordered with an item: its parts where it is a bundle, otherwise itself."""
    parts = item.parts.select_related("item__current", "item__category", "item__owner_team")
    found = [each.item for each in parts if each.item.is_available and each.item.current]
    return found or ([item] if item.current else [])


def visible_items(user: User) -> QuerySet[CatalogItem]:
    """The items whose making this person may see: staff all of them."""
    items = CatalogItem.objects.select_related("category", "owner_team", "service", "current")
    return items if user.has_perm("tickets.view_all") else items.none()


def item_for(user: User, slug: str) -> CatalogItem:
    """One item to look at or to keep; NotFound for those who may not."""
    item = visible_items(user).filter(slug=slug).first()
    if item is None:
        raise NotFound("There is no such item.")
    return item


def all_categories() -> QuerySet[Category]:
    """The shelves, in their order."""
    return Category.objects.all()


def categories_on_offer() -> QuerySet[Category]:
    """The shelves with something on them, in their order, with how much stands on each."""
    on_offer = Q(items__is_available=True)
    return Category.objects.annotate(count=Count("items", filter=on_offer)).filter(count__gt=0)


def people_to_order_for(user: User) -> list[User]:
    """For whom this person may order: himself first, then those who let him; staff for anybody."""
    return [user, *represented_by(user)]


def lookups_for(user: User, *, today: date | None = None) -> Lookups:
    """How names in answers are looked up for this person."""

    def person(name: str) -> str | None:
        known = visible_users(user) | represented_by(user).order_by()
        found = known.filter(username__iexact=name, is_active=True, is_bot=False).first()
        return found.username if found else None

    def named(kind: str, name: str) -> str | None:
        known = NAMED[kind](user).filter(name__iexact=name).first()
        return known.name if known else None

    return Lookups(
        person=person,
        service=partial(named, "service"),
        component=partial(named, "component"),
        today=today or timezone.localdate(),
    )


def names_to_offer(user: User, questions: Iterable[Question]) -> dict[str, list[str]]:
    """The names this person may choose from, by type of question, where one asks for them."""
    wanted = {each["type"] for each in questions} & set(NAMED)
    return {
        kind: list(NAMED[kind](user).order_by("name").values_list("name", flat=True)[:MOST_OFFERED])
        for kind in wanted
    }


def held_by(person: User, item: CatalogItem) -> QuerySet[ServiceRequest]:
    """What of an item a person has, or is about to have."""
    held = ServiceRequest.objects.filter(caller=person, item=item, state__in=HELD)
    return held.filter(lease_ended_at__isnull=True)


def request_for(user: User, number: str) -> ServiceRequest:
    """The service request with this number, if this person may see it."""
    found: ServiceRequest = ticket_for(user, number, ServiceRequest)
    return found


def requests_of(order: Order, user: User) -> QuerySet[ServiceRequest]:
    """What was ordered at once, as far as this person may see it."""
    seen = visible_tickets(user, ServiceRequest, by_key=True)
    return seen.filter(order=order).select_related("item").order_by("pk")


def cost_of(ordered: Iterable[ServiceRequest]) -> str:
    """What they cost together; what is refused or taken back costs nothing."""
    return together(
        (each.price, each.currency) for each in ordered if each.state not in COST_NOTHING
    )


def order_for(user: User, number: str) -> Order:
    """One order; NotFound unless something in it may be seen."""
    order = Order.objects.filter(number=number.upper()).select_related("ordered_by").first()
    if order is None or not requests_of(order, user).exists():
        raise NotFound(f"There is no {number}.")
    return order


def cart_of(user: User) -> QuerySet[CartLine]:
    """What this person means to order."""
    lines = CartLine.objects.filter(owner=user)
    return lines.select_related("item__current", "item__category", "requested_for")


def cart_line(user: User, pk: int) -> CartLine:
    """One line of one's own cart."""
    line = cart_of(user).filter(pk=pk).first()
    if line is None:
        raise NotFound("There is no such line.")
    return line


def steps_of(service_request: ServiceRequest) -> QuerySet[Step]:
    """The steps of a request, those that undo it last."""
    steps = Step.objects.filter(service_request=service_request.pk)
    return steps.select_related("task__assignee", "task__team").order_by("is_undo", "position")


def leads_to(targets: Collection[str], runbooks: Collection[str]) -> dict[str, str]:
    """Where steps lead now: the address of each target, what each runbook says."""
    found = {f"http:{each.slug}": each.address for each in Target.objects.filter(slug__in=targets)}
    for slug in runbooks:
        version = runbook_version(slug)
        found[f"runbook:{slug}"] = f"{slug} {version.number}" if version else ""
    return found


def runbook_version(slug: str) -> RunbookVersion | None:
    """What the runbook with this short name says now, if it may run."""
    runbook = runbook_named(slug)
    return None if runbook is None else newest_version_of(runbook)


def target_named(slug: str) -> Target | None:
    """The system with this short name."""
    return Target.objects.filter(slug=slug).first()


def all_targets() -> QuerySet[Target]:
    """The systems that steps can call, without what proves to them that we may."""
    return Target.objects.defer("secret")


def to_look_at(now: datetime) -> QuerySet[ServiceRequest]:
    """The requests in which time may have brought a next move, the longest due first."""
    return ServiceRequest.objects.filter(look_at__lte=now).order_by("look_at")


def to_confirm(now: datetime) -> QuerySet[ServiceRequest]:
    """The requests whose people had their days to object."""
    return ServiceRequest.objects.filter(state="fulfilled", confirm_by__lte=now)


def to_resume(now: datetime) -> QuerySet[ServiceRequest]:
    """The requests that waited until now."""
    return ServiceRequest.objects.filter(state="pending", resume_at__lte=now)


def leases_over(now: datetime) -> QuerySet[ServiceRequest]:
    """What was lent until now, and is not being taken back yet."""
    lent = ServiceRequest.objects.filter(lease_ends_at__lte=now, lease_ended_at__isnull=True)
    return lent.filter(undoing="").order_by("lease_ends_at")


def leases_to_remind(now: datetime) -> QuerySet[ServiceRequest]:
    """What is lent, and of whose end it is time to remind."""
    return ServiceRequest.objects.filter(lease_remind_at__lte=now).order_by("lease_remind_at")


def lead_times(user: User, since: datetime) -> list[dict[str, Any]]:
    """By item, how many were fulfilled since then and how long that took, the slowest first."""
    if not user.has_perm("tickets.view_all"):
        return []
    seen, given = (
        visible_tickets(user)
        .select_related(None)
        .order_by()
        .extra(where=["TRUE"])
        .filter(kind="service_request", resolved_at__gte=since)
        .values_list("pk")
        .query.sql_with_params()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT item.slug, item.name, count(*),
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY took), max(took),
                   count(*) FILTER (WHERE request.due_at IS NULL
                                       OR ticket.resolved_at <= request.due_at)
              FROM requests_servicerequest AS request
              JOIN tickets_ticket AS ticket ON ticket.id = request.ticket_ptr_id
              JOIN requests_catalogitem AS item ON item.id = request.item_id,
              LATERAL (SELECT extract(epoch FROM ticket.resolved_at - ticket.opened_at)) AS t (took)
             WHERE ticket.id IN ({seen})
             GROUP BY item.slug, item.name ORDER BY 4 DESC, item.name
            """,  # noqa: S608 put together by the mapper
            given,
        )
        rows = cursor.fetchall()
    return [
        {
            "slug": slug,
            "name": name,
            "count": count,
            "median": timedelta(seconds=float(median)),
            "longest": timedelta(seconds=float(longest)),
            "in_time": in_time,
        }
        for slug, name, count, median, longest, in_time in rows
    ]


def with_items(items: QuerySet[CatalogItem]) -> QuerySet[CatalogItem]:
    """Items with what comes with each."""
    return items.prefetch_related(Prefetch("includes", CatalogItem.objects.order_by("name")))


def items_known_to(user: User) -> QuerySet[CatalogItem]:
    """The items this person may know of: staff all of them, others what they can order."""
    if user.has_perm("tickets.view_all"):
        return CatalogItem.objects.all()
    return CatalogItem.objects.filter(pk__in=[each.pk for each in catalogue_for(user)])
