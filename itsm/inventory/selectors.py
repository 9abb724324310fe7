"""Questions about services and components."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from itsm.core.errors import NotFound
from itsm.core.kept_questions import kept_question
from itsm.inventory.models import (
    ComponentCandidate,
    ConfigurationItem,
    Relation,
    Service,
    ServiceDependency,
    ServiceFollower,
    Standing,
)
from itsm.people.models import User


def visible_services(user: User) -> QuerySet[Service]:
    """The services this person may know of: end users do not see what is only discovered."""
    services = Service.objects.select_related("owner_team")
    if user.is_staffer:
        return services
    return services.filter(status=Standing.PRODUCTION)


def services_like(user: User, text: str) -> QuerySet[Service]:
    """The services that have this in their name or title."""
    named = Q(name__icontains=text) | Q(title__icontains=text)
    return visible_services(user).filter(named).exclude(status=Standing.RETIRED)


def service_for(user: User, name: str) -> Service:
    """The service with this name; NotFound when there is none this person may know of."""
    service = visible_services(user).filter(name=name).first()
    if service is None:
        raise NotFound(f"There is no service named {name}.")
    return service


def visible_configuration_items(user: User) -> QuerySet[ConfigurationItem]:
    """The components this person may know of: end users none."""
    items = ConfigurationItem.objects.select_related("service")
    return items if user.has_perm("inventory.view") else items.none()


def visible_candidates(user: User) -> QuerySet[ComponentCandidate]:
    """What may be taken into the inventory, for those who may look into it."""
    found = ComponentCandidate.objects.select_related("service", "item", "decided_by")
    return found if user.has_perm("inventory.view") else found.none()


def services_named(names: Collection[str]) -> dict[str, Service]:
    """The services with these names, by name."""
    found = Service.objects.filter(name__in=names).select_related("owner_team")
    return {each.name: each for each in found}


def service_called(words: str) -> Service | None:
    """The service with this name, or the only one with this title."""
    if service := services_named([words]).get(words):
        return service
    found = Service.objects.filter(title__iexact=words).select_related("owner_team")[:2]
    return found[0] if len(found) == 1 else None


def title_shown(name: str) -> str:
    """The title a form shows for a service; its name when the title would not lead back."""
    service = Service.objects.filter(name=name).first()
    if service is None or not service.title:
        return name
    same = Q(name=service.title) | Q(title__iexact=service.title)
    return name if Service.objects.filter(same).exclude(pk=service.pk).exists() else service.title


def components_named(names: Collection[str]) -> dict[str, ConfigurationItem]:
    """The components with these names, by name."""
    return {each.name: each for each in ConfigurationItem.objects.filter(name__in=names)}


def names_of_needs(
    service_ids: Collection[int], *, among: QuerySet[Service]
) -> dict[int, list[str]]:
    """The names of what each of these services needs, as far as it is among the others."""
    found: dict[int, list[str]] = {}
    edges = ServiceDependency.objects.filter(
        service__in=service_ids, needed__in=among.select_related(None).order_by()
    )
    for service_id, name in edges.order_by("needed__name").values_list("service", "needed__name"):
        found.setdefault(service_id, []).append(name)
    return found


def relations_of(item: ConfigurationItem) -> QuerySet[Relation]:
    """How a component stands to others, and others to it."""
    related = Relation.objects.filter(Q(from_item=item) | Q(to_item=item))
    return related.select_related("from_item", "to_item").order_by("id")


def upstream_of(service: Service) -> set[int]:
    """The ids of every service that this one needs, directly or not."""
    with connection.cursor() as cursor:
        cursor.execute(UPSTREAM, [service.pk])
        return {row[0] for row in cursor.fetchall()} - {service.pk}


# By the database, which walks an index, where reading every dependency there is would take longer.
UPSTREAM = """
    WITH RECURSIVE upstream(id) AS (
        SELECT needed_id FROM inventory_servicedependency WHERE service_id = %s
        UNION
        SELECT edge.needed_id FROM inventory_servicedependency AS edge
        JOIN upstream ON edge.service_id = upstream.id
    )
    SELECT id FROM upstream
"""


def downstream_of(service: Service) -> set[int]:
    """The ids of every service that needs this one, directly or not."""
    return reached(service.pk, turned(edges()))


def reached(start: int, graph: Mapping[int, set[int]]) -> set[int]:
    """All that can be reached from a service along the edges, itself left out."""
    seen, fresh = {start}, {start}
    while fresh:
        fresh = set().union(*(graph.get(each, set()) for each in fresh)) - seen
        seen |= fresh
    return seen - {start}


def edges() -> dict[int, set[int]]:
    """What each service needs, directly."""
    found: dict[int, set[int]] = {}
    for service, needed in _edges():
        found.setdefault(service, set()).add(needed)
    return found


@kept_question
def _edges() -> QuerySet[Any, Any]:
    return ServiceDependency.objects.values_list("service_id", "needed_id")


def turned(graph: Mapping[int, set[int]]) -> dict[int, set[int]]:
    """The edges the other way around."""
    found: dict[int, set[int]] = {}
    for here, others in graph.items():
        for there in others:
            found.setdefault(there, set()).add(here)
    return found


def service_names(pks: Collection[int]) -> dict[int, str]:
    """What the services with these ids are called."""
    return {each.pk: str(each) for each in Service.objects.filter(pk__in=pks)}


def titles_of_services(names: Collection[str]) -> dict[str, str]:
    """What the services with these short names are called."""
    return {each.name: str(each) for each in Service.objects.filter(name__in=names)}


def followers_of(service_ids: Collection[int]) -> QuerySet[User]:
    """The people to be told when one of these services has trouble."""
    following = ServiceFollower.objects.filter(service__in=service_ids).values("user")
    return User.objects.filter(pk__in=following, is_active=True)


def followed_by(user: User) -> set[int]:
    """The ids of the services this person follows."""
    return set(ServiceFollower.objects.filter(user=user).values_list("service", flat=True))
