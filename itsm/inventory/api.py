"""Services and configuration items in the API."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from rest_framework.response import Response

from itsm.core import sheets
from itsm.core.errors import NotFound
from itsm.core.fields import Choice
from itsm.core.rest.asking import Asked
from itsm.core.rest.filtering import parameters_of
from itsm.core.rest.operations import LIST, PAGE, operation
from itsm.core.rest.shapes import (
    Column,
    Row,
    Shape,
    instant,
    mapping,
    maybe,
    number,
    several,
    text,
)
from itsm.core.rest.tables import TableCollection
from itsm.core.sheets import Report
from itsm.inventory import actions
from itsm.inventory.actions.importing import COMPONENT_COLUMNS, SERVICE_COLUMNS
from itsm.inventory.fields import COMPONENT, SERVICE, ComponentName
from itsm.inventory.filters import ComponentFilters, ServiceFilters
from itsm.inventory.models import ConfigurationItem, Relation, Service, Standing
from itsm.inventory.selectors import (
    names_of_needs,
    relations_of,
    visible_configuration_items,
    visible_services,
)


def _finish_services(rows: list[Row], user: Any) -> None:
    needs = names_of_needs([row["_id"] for row in rows], among=visible_services(user))
    for row in rows:
        row["depends_on"] = needs.get(row["_id"], [])


SERVICE_SHAPE = Shape(
    "Service",
    (
        Column("name", text()),
        Column("title", text()),
        Column("description", text()),
        Column("owner_team", maybe(text()), "owner_team__slug"),
        Column("tier", number()),
        Column("status", text(enum=list(Standing.values))),
        Column("depends_on", several(text()), None),
        Column("auto_close_after", number(), internal=True),
        Column("created_at", instant()),
    ),
    hidden=("id",),
    finish=_finish_services,
)
COMPONENT_SHAPE = Shape(
    "ConfigurationItem",
    (
        Column("name", text()),
        Column("kind", text()),
        Column("environment", text()),
        Column("service", maybe(text()), "service__name"),
        Column("status", text(enum=list(Standing.values))),
        Column("attributes", mapping()),
        Column("created_at", instant()),
    ),
)
RELATION_SHAPE = Shape(
    "Relation",
    (
        Column("id", number()),
        Column("from_item", text(), "from_item__name"),
        Column("sort", text(enum=list(Relation.Sort.values))),
        Column("to_item", text(), "to_item__name"),
    ),
)


class ServiceCollection(TableCollection):
    """What people use and what breaks."""

    collection = "services"
    shape = SERVICE_SHAPE
    filterset = ServiceFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {
        "name": ("name", "id"),
        "tier": ("tier", "name", "id"),
    }
    default_ordering = "name"

    @operation(
        "get", "", _l("List services"), gives=SERVICE_SHAPE, many=PAGE, parameters=parameters_of
    )
    def list(self, request: Asked) -> Response:
        return self.page(request, visible_services(request.user))

    @operation("post", "", _l("Register a service"), takes=SERVICE, gives=SERVICE_SHAPE, status=201)
    def create(self, request: Asked) -> Response:
        service = actions.add_service(actor=request.user, values=self.given(request))
        return self.one(request, visible_services(request.user).filter(pk=service.pk), status=201)

    @operation("get", "<path:record>/", _l("Show one service"), gives=SERVICE_SHAPE)
    def retrieve(self, request: Asked, record: str) -> Response:
        return self.one(request, visible_services(request.user).filter(name=record))

    @operation(
        "patch", "<path:record>/", _l("Change a service"), takes=SERVICE, gives=SERVICE_SHAPE
    )
    def change(self, request: Asked, record: str) -> Response:
        service = self._service(request, record)
        values = self.given(request, partly=True)
        actions.change_service(service=service, actor=request.user, values=values)
        return self.one(request, visible_services(request.user).filter(pk=service.pk))

    @operation(
        "delete",
        "<path:record>/",
        _l("Remove a service nothing refers to"),
        status=204,
        refuses=(409,),
    )
    def remove(self, request: Asked, record: str) -> Response:
        actions.remove_service(service=self._service(request, record), actor=request.user)
        return Response(status=204)

    def take_in(self, *, text: str, request: Asked, dry_run: bool) -> Report:
        return actions.import_services(text=text, actor=request.user, dry_run=dry_run)

    def table(self, request: Asked) -> str:
        rows, _beside = self.shape.read(visible_services(request.user), request.user)
        return sheets.written(rows, columns=SERVICE_COLUMNS)

    def _service(self, request: Asked, name: str) -> Service:
        service = visible_services(request.user).filter(name=name).first()
        if service is None:
            raise NotFound(_("There is no such service."))
        return service


class ComponentCollection(TableCollection):
    """What can be configured and can fail."""

    collection = "configuration-items"
    shape = COMPONENT_SHAPE
    needs = "inventory.view"
    filterset = ComponentFilters
    orderings: ClassVar[dict[str, Sequence[str]]] = {"name": ("name", "id")}
    default_ordering = "name"

    @operation(
        "get",
        "",
        _l("List configuration items"),
        gives=COMPONENT_SHAPE,
        many=PAGE,
        parameters=parameters_of,
    )
    def list(self, request: Asked) -> Response:
        return self.page(request, visible_configuration_items(request.user))

    @operation(
        "post",
        "",
        _l("Register a configuration item"),
        takes=COMPONENT,
        gives=COMPONENT_SHAPE,
        status=201,
    )
    def create(self, request: Asked) -> Response:
        item = actions.add_component(actor=request.user, values=self.given(request))
        found = visible_configuration_items(request.user).filter(pk=item.pk)
        return self.one(request, found, status=201)

    @operation("get", "<path:record>/", _l("Show one configuration item"), gives=COMPONENT_SHAPE)
    def retrieve(self, request: Asked, record: str) -> Response:
        return self.one(request, visible_configuration_items(request.user).filter(name=record))

    @operation(
        "patch",
        "<path:record>/",
        _l("Change a configuration item"),
        takes=COMPONENT,
        gives=COMPONENT_SHAPE,
    )
    def change(self, request: Asked, record: str) -> Response:
        item = self._item(request, record)
        values = self.given(request, partly=True)
        actions.change_component(item=item, actor=request.user, values=values)
        return self.one(request, visible_configuration_items(request.user).filter(pk=item.pk))

    @operation(
        "delete", "<path:record>/", _l("Remove an item no ticket names"), status=204, refuses=(409,)
    )
    def remove(self, request: Asked, record: str) -> Response:
        actions.remove_component(item=self._item(request, record), actor=request.user)
        return Response(status=204)

    @operation(
        "get",
        "<path:record>/relations/",
        _l("List how it stands to others"),
        gives=RELATION_SHAPE,
        many=LIST,
    )
    def relations(self, request: Asked, record: str) -> Response:
        found = relations_of(self._item(request, record))
        return Response(RELATION_SHAPE.read(found, request.user)[0])

    @operation(
        "post",
        "<path:record>/relations/",
        _l("Relate it to another"),
        takes=(
            Choice(name="sort", required=True, choices=Relation.Sort.choices),
            ComponentName(name="to_item", required=True, max_length=200),
        ),
        gives=RELATION_SHAPE,
        status=201,
    )
    def add_relation(self, request: Asked, record: str) -> Response:
        item = self._item(request, record)
        values = self.given(request)
        relation = actions.relate(
            item=item, other=values["to_item"], sort=values["sort"], actor=request.user
        )
        found = relations_of(item).filter(pk=relation.pk)
        return Response(RELATION_SHAPE.one(found, request.user), 201)

    @operation(
        "delete",
        "<path:record>/relations/<int:relation_id>/",
        _l("Take a relation back"),
        status=204,
    )
    def remove_relation(self, request: Asked, record: str, relation_id: int) -> Response:
        relation = relations_of(self._item(request, record)).filter(pk=relation_id).first()
        if relation is None:
            raise NotFound(_("There is no such relation."))
        actions.unrelate(relation=relation, actor=request.user)
        return Response(status=204)

    def take_in(self, *, text: str, request: Asked, dry_run: bool) -> Report:
        return actions.import_components(text=text, actor=request.user, dry_run=dry_run)

    def table(self, request: Asked) -> str:
        rows, _beside = self.shape.read(visible_configuration_items(request.user), request.user)
        return sheets.written(rows, columns=COMPONENT_COLUMNS)

    def _item(self, request: Asked, name: str) -> ConfigurationItem:
        item = visible_configuration_items(request.user).filter(name=name).first()
        if item is None:
            raise NotFound(_("There is no such configuration item."))
        return item
