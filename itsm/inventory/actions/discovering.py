"""Registering services and components that were heard of."""

from collections.abc import Collection, Mapping

from django.db import transaction

from itsm.core import events
from itsm.inventory.models import ConfigurationItem, Service, Standing
from itsm.inventory.selectors import components_named, services_named
from itsm.people.models import User

# Labels are made by machines: a broken one must not fill the inventory with a name a second.
MOST_DISCOVERED_SERVICES = 500
MOST_DISCOVERED_COMPONENTS = 20_000


@transaction.atomic(savepoint=False)
def discover_services(names: Collection[str], *, actor: User | None) -> dict[str, Service]:
    """The services with these names, those unknown so far registered as discovered.

    Names beyond the most that may be discovered are left out of the answer.
    """
    known = services_named(names)
    unknown = sorted({name for name in names if name} - set(known))
    if not unknown:
        return known
    room = MOST_DISCOVERED_SERVICES - _discovered(Service)
    fresh = [Service(name=name, status=Standing.DISCOVERED) for name in unknown[: max(room, 0)]]
    # Unlike ignoring a conflict, this tells the id of what another post registered meanwhile.
    Service.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["name"], update_fields=["name"]
    )
    found = {each.name: each for each in fresh}
    events.publish("service.discovered", *found.values(), actor=actor)
    return known | found


@transaction.atomic(savepoint=False)
def discover_components(
    services: Mapping[str, Service | None], *, actor: User | None
) -> dict[str, ConfigurationItem]:
    """The components with these names, unknown ones registered as discovered with their service."""
    known = components_named(services.keys())
    unknown = sorted({name for name in services if name} - set(known))
    if not unknown:
        return known
    room = MOST_DISCOVERED_COMPONENTS - _discovered(ConfigurationItem)
    fresh = [
        ConfigurationItem(name=name, service=services[name], status=Standing.DISCOVERED)
        for name in unknown[: max(room, 0)]
    ]
    ConfigurationItem.objects.bulk_create(
        fresh, update_conflicts=True, unique_fields=["name"], update_fields=["name"]
    )
    found = {each.name: each for each in fresh}
    events.publish("component.discovered", *found.values(), actor=actor)
    return known | found


def _discovered(model: type[Service] | type[ConfigurationItem]) -> int:
    return model._default_manager.filter(status=Standing.DISCOVERED).count()
