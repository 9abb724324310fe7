"""What end users see: their own items, and outages everybody may know of."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from incidents.models import Incident
from incidents.selectors import incident_for
from itsm.core.errors import NotFound
from itsm.inventory.models import Service
from itsm.inventory.selectors import visible_services
from itsm.people.models import User
from itsm.tickets.models import OPEN_PHASES
from itsm.tickets.paging import Page, page_of
from itsm.tickets.permissions import is_own
from itsm.tickets.search import search
from itsm.tickets.selectors import visible_tickets

MOST_SERVICES = 200
MOST_KNOWN = 5


def own_items(user: User) -> QuerySet[Incident]:
    """The incidents this person called about, opened or watches; also for staff only those."""
    mine: QuerySet[Any] = visible_tickets(user, Incident)
    if user.is_staffer:
        mine = mine.filter(Q(caller=user) | Q(opened_by=user) | Q(watchers__user=user)).distinct()
    return mine.defer("description", "search")


def item_page(user: User, *, after: str = "", before: str = "") -> Page:
    """One page of a person's items, newest first."""
    return page_of(own_items(user), order="newest", after=after, before=before)


def found_items(user: User, text: str) -> list[Any]:
    """The person's items with these words."""
    found = [each.pk for each in search(user, text, kind="incident", size=20)]
    return list(own_items(user).filter(pk__in=found).order_by("-id"))


def item_for(user: User, number: str) -> Incident:
    """One item; NotFound unless it concerns this person."""
    item = incident_for(user, number)
    if is_own(user, item) or item.watchers.filter(user=user).exists():
        return item
    raise NotFound(f"There is no {number}.")


def reportable_services(user: User) -> list[Service]:
    """The services one can report an issue with."""
    return list(visible_services(user).filter(status="production")[:MOST_SERVICES])


def known_outages() -> list[Service]:
    """The services that have a major incident now; their names and nothing more are public."""
    since = timezone.now() - timedelta(days=14)
    hit = Incident.objects.filter(
        Q(major=True) | Q(priority=1),
        phase__in=OPEN_PHASES,
        confidential=False,
        service__tier=1,
        service__status="production",
        opened_at__gte=since,
    )
    services = Service.objects.filter(pk__in=hit.values("service"))
    return list(services.order_by("name")[:MOST_KNOWN])
