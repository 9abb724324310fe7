"""What of the inventory is configuration, and what belongs to each service and component."""

from itsm.core.configuration import Kind, kinds
from itsm.inventory.models import ConfigurationItem, Relation, Service


def _needs(service: Service) -> list[str]:
    return list(service.needs.order_by("needed__name").values_list("needed__name", flat=True))


def _relations(item: ConfigurationItem) -> list[str]:
    rows = item.relations.order_by("sort", "to_item__name").values_list("sort", "to_item__name")
    return [f"{Relation.Sort(sort).value}: {name}" for sort, name in rows]


kinds[Service] = Kind("service", parts={"depends_on": _needs})
kinds[ConfigurationItem] = Kind("component", parts={"relations": _relations})
