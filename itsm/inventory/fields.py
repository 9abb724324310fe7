"""Input fields that name services and components, and those a service or component is made of."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.fields import Choice, Field, Line, Lines, Mapped, Number
from itsm.inventory.models import ConfigurationItem, Service, Standing, Tier
from itsm.inventory.selectors import components_named, service_called, services_named
from itsm.people.fields import TeamName


@dataclass(frozen=True, kw_only=True)
class Name(Line):
    """What something is to be called: without blanks around and without control characters."""

    sort: str = field(default="name", init=False)

    def parse(self, raw: Any) -> Any:
        name = super().parse(raw)
        if not name.isprintable() or re.search(r"(^|/)(/|\.{1,2}(/|$))", name):
            raise self.wrong(_("Choose a name that can stand in an address."))
        return name


@dataclass(frozen=True, kw_only=True)
class ServiceName(Line):
    """A service, by its name or its title."""

    sort: str = field(default="service", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        if isinstance(raw, Service):
            return raw
        name = super().parse(raw)
        service = service_called(name)
        if service is None:
            raise self.wrong(_("No service has the name %(name)s.") % {"name": name})
        return service


@dataclass(frozen=True, kw_only=True)
class ServiceNames(Lines):
    """Several services, by their names."""

    max_length: int = 120
    most: int = 100
    sort: str = field(default="services", init=False)

    def parse(self, raw: Any) -> Any:
        names = super().parse(raw)
        return _all_of(self, names, services_named(names))


@dataclass(frozen=True, kw_only=True)
class ComponentName(Line):
    """A configuration item, by its name."""

    sort: str = field(default="component", init=False)

    def empty(self) -> Any:
        return None

    def parse(self, raw: Any) -> Any:
        name = super().parse(raw)
        item = components_named([name]).get(name)
        if item is None:
            raise self.wrong(_("No configuration item has the name %(name)s.") % {"name": name})
        return item


@dataclass(frozen=True, kw_only=True)
class ComponentNames(Lines):
    """Several configuration items, by their names."""

    max_length: int = 200
    most: int = 100
    sort: str = field(default="components", init=False)

    def parse(self, raw: Any) -> Any:
        names = super().parse(raw)
        return _all_of(self, names, components_named(names))


def _all_of(
    asked: Lines, names: list[str], found: dict[str, Any]
) -> list[Service] | list[ConfigurationItem]:
    missing = [name for name in names if name not in found]
    if missing:
        raise asked.wrong(_("There is no %(names)s.") % {"names": ", ".join(missing)})
    return [found[name] for name in names]


STATUS = Choice(name="status", label=_l("Where it stands in its life"), choices=Standing.choices)
SERVICE: tuple[Field, ...] = (
    Name(name="name", label=_l("As monitoring labels name it"), required=True, max_length=120),
    Line(name="title", label=_l("As people call it"), max_length=160),
    Field(name="description", max_length=20_000),
    TeamName(name="owner_team", label=_l("Short name of the team that owns it")),
    Number(name="tier", label=_l("1 critical to 4 minor"), least=1, most=max(Tier.values)),
    STATUS,
    ServiceNames(name="depends_on", label=_l("Names of the services it needs")),
    Number(
        name="auto_close_after",
        label=_l("Business days until a resolved incident closes; 0: never"),
        most=365,
    ),
)
COMPONENT: tuple[Field, ...] = (
    Name(name="name", required=True, max_length=200),
    Line(name="kind", label=_l("host, pod, database…"), max_length=40),
    Line(name="environment", max_length=40),
    ServiceName(name="service", label=_l("Name of the service it is part of")),
    STATUS,
    Mapped(name="attributes", label=_l("Anything else worth knowing")),
)
