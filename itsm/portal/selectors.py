"""What end users see of their own: items, and services to report an issue with."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F, QuerySet

from incidents.models import Incident, OnHoldReason
from incidents.selectors import incident_for
from itsm.core.errors import NotFound
from itsm.inventory.models import Service, Standing
from itsm.inventory.selectors import visible_services
from itsm.people.models import User
from itsm.tickets.likeness import TICKET, like_text
from itsm.tickets.models import UNSETTLED, Phase, Ticket
from itsm.tickets.paging import SIZE, Page, edge_of, page_of
from itsm.tickets.permissions import is_own
from itsm.tickets.search import narrowed
from requests.models import ServiceRequest
from requests.selectors import request_for
from requests.workflow import workflow as requests_workflow

KINDS = ("incident", "service_request")
MOST_SERVICES = 200
MOST_COMPARED = 500
MOST_UNSETTLED = 50
MOST_SHOWN = 6
ROW = (
    "number", "kind", "state", "phase", "title", "opened_at", "service__name", "service__title",
)  # fmt: skip
PHASES = {"open": UNSETTLED, "closed": (Phase.CLOSED,)}


def first_items(user: User, *, most: int, **narrowed: Any) -> QuerySet[Ticket]:
    """The newest of what this person reported, ordered or watches; also for staff only that."""
    return _shown(Ticket.objects.first_own(user, most=most, kinds=KINDS, **narrowed))


def _shown(items: QuerySet[Any]) -> QuerySet[Ticket]:
    shown = items.select_related("service").only(*ROW)
    found: QuerySet[Ticket] = shown.annotate(
        on_hold_reason=F("incident__on_hold_reason"), undoing=F("servicerequest__undoing")
    )
    return found


def unsettled_items(user: User) -> list[Ticket]:
    """The person's items that are not over, those that wait for an answer first."""
    newest = first_items(user, most=MOST_UNSETTLED, phases=UNSETTLED).order_by("-id")
    return sorted(newest, key=lambda each: not waits_for_caller(each))


def waits_for_caller(item: Any) -> bool:
    """Whether we need something from the caller to go on."""
    return bool(item.on_hold_reason == OnHoldReason.AWAITING_CALLER)


def item_page(
    user: User, *, show: str = "open", text: str = "", after: str = "", before: str = ""
) -> Page:
    """One page of a person's items, newest first; ``show`` is open, closed or all."""
    phases = PHASES.get(show, ())
    if text.strip():
        items = _shown(Ticket.objects.own_by_key(user).filter(kind__in=KINDS))
        items = narrowed(user, items.filter(phase__in=phases) if phases else items, text)
    else:
        beyond, is_back = edge_of(after=after, before=before)
        items = first_items(user, most=SIZE + 1, phases=phases, beyond=beyond, oldest_first=is_back)
    return page_of(items, order="newest", after=after, before=before)


def similar_items(user: User, text: str, *, most: int = 4) -> list[Incident]:
    """The person's items most like the text, or else those with words that begin alike."""
    mine = Ticket.objects.first_own(user, most=MOST_COMPARED, kinds=KINDS)
    own = list(mine.values_list("pk", flat=True))
    alike = [each.key for each in like_text(TICKET, title=text, among=own, most=most)]
    found = Incident.objects.select_related("service").defer("description", "search")
    if alike:
        by_key = {each.pk: each for each in found.filter(pk__in=alike)}
        if by_key:
            return [by_key[key] for key in alike if key in by_key]
    stems = _stems_of(text)
    if not stems:
        return []
    query = SearchQuery(
        " | ".join(f"{each}:*" for each in stems), search_type="raw", config="simple"
    )
    # What is somebody's own is little: it is read by its keys, and the index is not asked.
    begun = found.filter(pk__in=own, search=query)
    return list(begun.annotate(rank=SearchRank(F("search"), query)).order_by("-rank", "-id")[:most])


def _stems_of(text: str) -> list[str]:
    """The words that mean something, without their endings and without anything else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(to_tsvector('english', %s))", [text])
        stems: list[str] = cursor.fetchone()[0]
    return [each for each in stems if each.isalnum()][:12]


def item_for(user: User, number: str) -> Incident | ServiceRequest:
    """One item; NotFound unless it concerns this person."""
    is_request = number.upper().startswith(f"{requests_workflow.prefix}-")
    item = request_for(user, number) if is_request else incident_for(user, number)
    if is_own(user, item) or item.watchers.filter(user=user).exists():
        return item
    raise NotFound(f"There is no {number}.")


def services_in_use(user: User) -> QuerySet[Service]:
    """The services people use, as far as this person may know of them."""
    return visible_services(user).filter(status=Standing.PRODUCTION)


def reportable_services(user: User) -> list[Service]:
    """The services one can report an issue with, by the title people know."""
    services = services_in_use(user)[:MOST_SERVICES]
    return sorted(services, key=lambda each: str(each).casefold())


@dataclass(frozen=True)
class Summary:
    """How the services stand, in one line."""

    count: int
    troubled: list[Service]


def summary_of(user: User, troubled: list[Service]) -> Summary:
    """How many services there are, and which of them have trouble."""
    distinct = {each.pk: each for each in troubled}
    return Summary(services_in_use(user).count(), list(distinct.values()))
