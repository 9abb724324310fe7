"""What a runbook is told: typed values, checked at the door and only ever data behind it."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.fields import Choice, Field, Flag, Line, Number, cleaned
from itsm.inventory.selectors import services_named

TYPES = {
    "text": _l("Text"),
    "integer": _l("Whole number"),
    "choice": _l("Choice"),
    "host": _l("Host"),
    "service": _l("Service"),
    "boolean": _l("Yes or no"),
}
LONGEST = 2000
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")


@dataclass(frozen=True)
class Parameter:
    """One thing a runbook wants to be told."""

    name: str
    type: str = "text"
    label: str = ""
    help: str = ""
    required: bool = False
    default: Any = None
    choices: Sequence[str] = ()
    least: int = 0
    most: int = 1_000_000

    def field(self) -> Field:
        """The input that takes it, in forms and in the API alike."""
        label = self.label or self.name.replace("_", " ").capitalize()
        shared: dict[str, Any] = {"name": self.name, "label": label, "help": self.help}
        # What has a default need not be filled in.
        shared["required"] = self.required and self.default is None
        if self.type == "integer":
            return Number(**shared, least=self.least, most=self.most)
        if self.type == "choice":
            return Choice(**shared, choices=[(each, each) for each in self.choices])
        if self.type == "boolean":
            return Flag(**{**shared, "required": False}, default=bool(self.default))
        sorts: dict[str, type[Field]] = {"host": Host, "service": KnownService}
        return sorts.get(self.type, Field)(**shared, max_length=LONGEST)


@dataclass(frozen=True, kw_only=True)
class Host(Line):
    """The name or address of a machine, and nothing a program could take for something else."""

    sort: str = field(default="line", init=False)

    def parse(self, raw: Any) -> Any:
        name = str(super().parse(raw))
        if len(name) > 253 or not (_HOST.fullmatch(name) or _is_address(name)):
            raise self.wrong(_("Give the name or the address of a host."))
        return name


@dataclass(frozen=True, kw_only=True)
class KnownService(Line):
    """A service we know, by its name."""

    sort: str = field(default="service", init=False)

    def parse(self, raw: Any) -> Any:
        name = super().parse(raw)
        if name not in services_named([name]):
            raise self.wrong(_("No service is named %(name)s.") % {"name": name})
        return name


def values_for(parameters: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """The clean values of what was given, defaults filled in; Invalid names each that is wrong."""
    found = cleaned([each.field() for each in parameters], given)
    for each in parameters:
        if found[each.name] in (None, "") and each.default is not None:
            found[each.name] = each.default
    return found


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
