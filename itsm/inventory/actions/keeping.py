"""Keeping the inventory right by hand: services, components, and how they stand to one another."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from itsm.core import configuration, events
from itsm.core.errors import Invalid, NotAllowed, Refused
from itsm.inventory.models import ConfigurationItem, Relation, Service, ServiceDependency
from itsm.people.models import User

Values = Mapping[str, Any]


@transaction.atomic
def add_service(*, actor: User, values: Values) -> Service:
    """Register a service; what is not given stays as the model has it."""
    check_may_edit(actor)
    service: Service = _add(Service, columns_of(values))
    set_needs(service, values.get("depends_on") or ())
    configuration.note_addition(service, actor=actor)
    return service


@transaction.atomic
def change_service(*, service: Service, actor: User, values: Values) -> Service:
    """Change what is said of a service."""
    check_may_edit(actor)
    before = configuration.picture_of(service)
    _change(service, columns_of(values))
    if "depends_on" in values:
        set_needs(service, values["depends_on"])
    configuration.note_change(service, before=before, actor=actor)
    return service


@transaction.atomic
def remove_service(*, service: Service, actor: User) -> None:
    """Remove a service nothing refers to; others are retired instead."""
    check_may_edit(actor)
    _remove(service, actor=actor)


@transaction.atomic
def add_component(*, actor: User, values: Values) -> ConfigurationItem:
    """Register a component."""
    check_may_edit(actor)
    item: ConfigurationItem = _add(ConfigurationItem, columns_of(values))
    configuration.note_addition(item, actor=actor)
    return item


@transaction.atomic
def change_component(*, item: ConfigurationItem, actor: User, values: Values) -> ConfigurationItem:
    """Change what is said of a component."""
    check_may_edit(actor)
    before = configuration.picture_of(item)
    _change(item, columns_of(values))
    configuration.note_change(item, before=before, actor=actor)
    return item


@transaction.atomic
def remove_component(*, item: ConfigurationItem, actor: User) -> None:
    """Remove a component no ticket names; others are retired instead."""
    check_may_edit(actor)
    if item.tickets.exists():
        raise Refused(_("Tickets name %(name)s; retire it instead.") % {"name": item.name})
    _remove(item, actor=actor)


@transaction.atomic
def relate(
    *, item: ConfigurationItem, other: ConfigurationItem, sort: str, actor: User
) -> Relation:
    """Say how one component stands to another; saying it twice changes nothing."""
    check_may_edit(actor)
    if item.pk == other.pk:
        raise Invalid(_("A component has no relation to itself."), field="to_item")
    relation, is_new = Relation.objects.get_or_create(from_item=item, to_item=other, sort=sort)
    if is_new:
        data = {"other": other.pk, "sort": sort}
        events.publish("component.related", item, actor=actor, data=data)
    return relation


@transaction.atomic
def unrelate(*, relation: Relation, actor: User) -> None:
    """Take a relation back."""
    check_may_edit(actor)
    data = {"other": relation.to_item_id, "sort": relation.sort}
    events.publish("component.unrelated", relation.from_item, actor=actor, data=data)
    relation.delete()


def check_may_edit(actor: User) -> None:
    """NotAllowed unless the actor keeps the inventory."""
    if not actor.has_perm("inventory.edit"):
        raise NotAllowed(_("You may not edit the inventory."))


def columns_of(values: Values) -> dict[str, Any]:
    """The columns among the values; empty ones of those that have a default are left to it."""
    keeps_default = ("tier", "status", "auto_close_after", "kind")
    return {
        name: value
        for name, value in values.items()
        if name != "depends_on" and not (name in keeps_default and value in (None, ""))
    }


def set_needs(service: Service, needed: Iterable[Service]) -> None:
    """Let a service need exactly these others."""
    wanted = {each.pk for each in needed}
    if service.pk in wanted:
        raise Invalid(_("A service does not need itself."), field="depends_on")
    ServiceDependency.objects.filter(service=service).exclude(needed__in=wanted).delete()
    ServiceDependency.objects.bulk_create(
        [ServiceDependency(service=service, needed_id=each) for each in sorted(wanted)],
        ignore_conflicts=True,
    )


def _add(model: type[models.Model], columns: Values) -> Any:
    try:
        with transaction.atomic():
            return model._default_manager.create(**columns)
    except IntegrityError:
        raise _taken(columns) from None


def _change(record: models.Model, columns: Values) -> None:
    for name, value in columns.items():
        setattr(record, name, value)
    try:
        with transaction.atomic():
            record.save()
    except IntegrityError:
        raise _taken(columns) from None


def _taken(columns: Values) -> Invalid:
    sentence = _("%(name)s exists already.") % {"name": columns.get("name", _("This name"))}
    return Invalid(sentence, field="name")


def _remove(record: Service | ConfigurationItem, *, actor: User) -> None:
    configuration.note_removal(record, actor=actor)
    try:
        with transaction.atomic():
            record.delete()
    except ProtectedError:
        raise Refused(
            _("Tickets name %(name)s; retire it instead.") % {"name": record.name}
        ) from None
