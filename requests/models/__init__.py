"""What can be ordered, what was ordered, and how far that is."""

from requests.models.catalogue import BundlePart, CatalogItem, Category, ItemVersion, Target
from requests.models.ordering import CartLine, Order
from requests.models.service_request import ServiceRequest, Step, StepSort, StepState

__all__ = [
    "BundlePart",
    "CartLine",
    "CatalogItem",
    "Category",
    "ItemVersion",
    "Order",
    "ServiceRequest",
    "Step",
    "StepSort",
    "StepState",
    "Target",
]
