"""How changes of the catalogue are told of."""

from django.urls import reverse

from itsm.core.configuration import Kind, kinds
from itsm.core.whereabouts import whereabouts
from requests.models import CatalogItem, Category, Target


def _parts(item: CatalogItem) -> list[str]:
    return [each.item.slug for each in item.parts.select_related("item")]


kinds[Category] = Kind("catalog_category")
kinds[CatalogItem] = Kind("catalog_item", parts={"includes": _parts})
kinds[Target] = Kind("fulfilment_target")

whereabouts[CatalogItem] = lambda each: reverse("catalogue-edit", args=[each.slug])
