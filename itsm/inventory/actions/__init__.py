"""Everything that can be done to the inventory."""

from itsm.inventory.actions.discovering import discover_components, discover_services
from itsm.inventory.actions.following import follow_service, unfollow_service
from itsm.inventory.actions.importing import import_components, import_services
from itsm.inventory.actions.keeping import (
    add_component,
    add_service,
    change_component,
    change_service,
    relate,
    remove_component,
    remove_service,
    unrelate,
)
from itsm.inventory.actions.proposing import (
    Found,
    accept_candidate,
    propose_components,
    propose_retirements,
    reject_candidate,
    retire_candidate,
)

__all__ = [
    "Found",
    "accept_candidate",
    "add_component",
    "add_service",
    "change_component",
    "change_service",
    "discover_components",
    "discover_services",
    "follow_service",
    "import_components",
    "import_services",
    "propose_components",
    "propose_retirements",
    "reject_candidate",
    "relate",
    "remove_component",
    "remove_service",
    "retire_candidate",
    "unfollow_service",
    "unrelate",
]
