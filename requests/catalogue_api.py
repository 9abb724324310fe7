"""The catalogue in the API: what can be ordered, and keeping it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core.errors import Invalid
from itsm.core.fields import Field, Mapped
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import PAGE, operation
from itsm.core.rest.shapes import Column, Row, Shape, flag, mapping, maybe, number, several, text
from itsm.core.rest.views import Collection
from requests import actions, selectors
from requests.actions.keeping import ITEM
from requests.filters import ItemFilters
from requests.pricing import currency_of


def _finish(rows: list[Row], _user: Any) -> None:
    for row in rows:
        row["price"] = f"{row['price']:.2f}"
        row["currency"] = currency_of(row["currency"])


CATALOG_ITEM = Shape(
    "CatalogItem",
    (
        Column("slug", text()),
        Column("name", text()),
        Column("summary", text()),
        Column("description", text()),
        Column("category", text(), "category__slug"),
        Column("icon", text()),
        Column("owner_team", maybe(text()), "owner_team__slug", internal=True),
        Column("service", maybe(text()), "service__name"),
        Column("price", text()),
        Column("currency", text()),
        Column("cost_centre", text(), internal=True),
        Column("audience", mapping(), internal=True),
        Column("is_available", flag()),
        Column("quota", maybe(number())),
        Column("hours", maybe(number())),
        Column("version", maybe(number()), "current__number"),
        Column("questions", several(mapping()), "current__questions"),
        Column("steps", several(mapping()), "current__steps", internal=True),
        Column("approval", mapping(), "current__approval", internal=True),
        Column("lease", mapping(), "current__lease"),
    ),
    finish=_finish,
)


class Listed(Mapped):
    """A list of objects, as the catalogue keeps questions and steps."""

    def empty(self) -> Any:
        return []

    def parse(self, raw: Any) -> Any:
        if not isinstance(raw, list):
            raise Invalid(str(_l("Give a list.")), field=self.name)
        return raw

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "object", "additionalProperties": True}}


VERSION: tuple[Field, ...] = (
    Listed(name="questions", label=_l("What is asked")),
    Listed(name="steps", label=_l("What is done")),
    Mapped(name="approval", label=_l("Who must agree")),
    Mapped(name="lease", label=_l("For how long it is lent")),
)


class CatalogItemCollection(Collection):
    """What can be ordered: end users see what is offered to them, staff everything."""

    collection = "catalog-items"
    title = "Catalogue items"
    shape = CATALOG_ITEM
    filterset = ItemFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"name": ("name", "id")}
    default_ordering = "name"

    @operation("get", "", _l("List items"), gives=CATALOG_ITEM, many=PAGE, parameters=parameters_of)
    def list(self, request: Asked) -> Response:
        return self.page(request, selectors.items_known_to(request.user))

    @operation("get", "<slug:slug>/", _l("Show one item"), gives=CATALOG_ITEM)
    def retrieve(self, request: Asked, slug: str) -> Response:
        return self._shown(request, slug)

    @operation(
        "post", "", _l("Add an item"), takes=ITEM, gives=CATALOG_ITEM, status=201, refuses=(409,)
    )
    def create(self, request: Asked) -> Response:
        item = actions.keep_item(given=self.body(request), actor=request.user)
        return self._shown(request, item.slug, status=201)

    @operation(
        "post",
        "<slug:slug>/release/",
        _l("Say what is asked and done for it from now on"),
        takes=VERSION,
        gives=CATALOG_ITEM,
        refuses=(409,),
    )
    def release(self, request: Asked, slug: str) -> Response:
        item = selectors.item_for(request.user, slug)
        actions.keep_version(item=item, given=self.given(request), actor=request.user)
        return self._shown(request, slug)

    def _shown(self, request: Asked, slug: str, *, status: int = 200) -> Response:
        found = selectors.items_known_to(request.user).filter(slug=slug)
        return self.one(request, found, status=status)
