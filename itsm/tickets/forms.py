"""How the fields of a transition or of a ticket are shown, and how a typed answer comes back."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from itsm.core.fields import UNSTORABLE
from itsm.inventory.fields import ServiceName
from itsm.inventory.selectors import service_called, title_shown
from itsm.people.models import User
from itsm.people.selectors import name_shown, visible_teams
from itsm.tickets.fields import Choice, Field, Flag, Line
from itsm.tickets.models import Level, Ticket

MOST_TAGS = 20


@dataclass(frozen=True)
class Shown:
    """A field as a page shows it: with what was typed and what is wrong with it."""

    field: Field
    value: Any = ""
    error: str = ""
    choices: list[tuple[str, Any]] = dataclasses.field(default_factory=list)

    @property
    def widget(self) -> str:
        return WIDGETS.get(self.field.sort, "line")

    @property
    def words(self) -> Any:
        """What was typed as people read it."""
        return dict(self.choices).get(str(self.value), self.value)


WIDGETS = {
    "text": "text",
    "mapped": "text",
    "choice": "choice",
    "team": "choice",
    "flag": "flag",
    "instant": "instant",
    "day": "day",
    "offered": "choice",
    "person": "person",
    "service": "service",
}


def shown(
    fields: Iterable[Field],
    *,
    user: User,
    given: Mapping[str, Any],
    wrong: Mapping[str, str] | None = None,
) -> list[Shown]:
    """The fields with their values and faults, ready for a template."""
    faults = wrong or {}
    return [
        Shown(each, value, faults.get(each.name, ""), _choices(each, user, value))
        for each in fields
        for value in [_read(each, given)]
    ]


# What people read of what is kept by a key; the fields understand both.
READ = {"person": name_shown, "service": title_shown}


def _read(each: Field, given: Mapping[str, Any]) -> Any:
    value = given.get(each.name, "")
    is_key = value and each.sort in READ and not UNSTORABLE.search(value)
    return READ[each.sort](value) if is_key else value


def _choices(each: Field, user: User, value: Any) -> list[tuple[str, Any]]:
    if isinstance(each, Choice):
        return [(str(value), label) for value, label in each.choices]
    if isinstance(each, Offered):
        found = each.offered()
        # What is there no more, or stands for something else, is not lost by saving the rest.
        is_other = value and str(value) not in dict(found)
        return [(str(value), value), *found] if is_other else found
    if each.sort == "team":
        return list(visible_teams(user).values_list("slug", "name"))
    return []


@dataclass(frozen=True, kw_only=True)
class Offered(Line):
    """One of a few rows, by its short name; which there are is asked when it is shown."""

    sort: str = dataclasses.field(default="offered", init=False)

    def offered(self) -> list[tuple[str, Any]]:
        """The short names, and what people read for them."""
        return []


@dataclass(frozen=True, kw_only=True)
class Level3(Choice):
    """High, medium or low."""

    choices: Any = tuple((str(value), label) for value, label in Level.choices)

    def parse(self, raw: Any) -> Any:
        return int(super().parse(str(raw)))


@dataclass(frozen=True, kw_only=True)
class Tags(Line):
    """A few words, with commas between."""

    def empty(self) -> Any:
        return []

    def parse(self, raw: Any) -> Any:
        tags = sorted({each.strip().lower() for each in super().parse(raw).split(",")} - {""})
        if len(tags) > MOST_TAGS or any(len(each) > 40 for each in tags):
            raise self.wrong(_("Give at most 20 tags of at most 40 characters."))
        return tags


EDITABLE: tuple[Field, ...] = (
    Line(name="title", label=_l("Title"), required=True),
    Field(name="description", label=_l("Description")),
    Level3(name="impact", label=_l("Impact"), required=True),
    Level3(name="urgency", label=_l("Urgency"), required=True),
    ServiceName(name="service", label=_l("Service")),
    Tags(name="tags", label=_l("Tags"), help=_l("With commas between them.")),
    Flag(name="confidential", label=_l("Only for the people concerned")),
)


def key_of(name: str, value: str) -> str:
    """What was typed into an editable field as the record keeps it."""
    is_key = name == "service" and value and not UNSTORABLE.search(value)
    service = service_called(value) if is_key else None
    return service.name if service else value


def as_typed(ticket: Ticket) -> dict[str, str]:
    """The editable columns of a ticket as a form holds them."""
    return {
        "title": ticket.title,
        "description": ticket.description,
        "impact": str(ticket.impact),
        "urgency": str(ticket.urgency),
        "service": ticket.service.name if ticket.service else "",
        "tags": ", ".join(ticket.tags),
        "confidential": "on" if ticket.confidential else "",
    }
